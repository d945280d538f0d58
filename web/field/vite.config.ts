import { defineConfig } from "vitest/config";
import vue from "@vitejs/plugin-vue";
import { VitePWA } from "vite-plugin-pwa";
import { version } from "./package.json";

// Staff phones are old: Chromium 87 is the oldest browser that must run the app (architecture.md, Conventions).
const OLDEST = "chrome87";

export default defineConfig({
  base: "/field/",
  define: { __APP_VERSION__: JSON.stringify(version) },
  plugins: [
    vue(),
    VitePWA({
      registerType: "prompt",
      injectRegister: null, // registered by our own code: no inline script under the strict CSP
      manifest: {
        name: "智监 · 现场",
        short_name: "智监现场",
        lang: "zh-Hans",
        start_url: "/field/",
        scope: "/field/",
        display: "standalone",
        background_color: "#f5f6f8",
        theme_color: "#ffffff",
        icons: [
          { src: "icon-192.png", sizes: "192x192", type: "image/png" },
          { src: "icon-512.png", sizes: "512x512", type: "image/png", purpose: "any maskable" },
        ],
      },
      workbox: {
        globPatterns: ["**/*.{js,css,html,png,svg}"],
        navigateFallback: "/field/index.html",
        navigateFallbackAllowlist: [/^\/field\//],
        inlineWorkboxRuntime: true,
        cleanupOutdatedCaches: true,
        clientsClaim: true,
        sourcemap: false,
      },
    }),
  ],
  build: {
    target: OLDEST,
    cssTarget: OLDEST,
    sourcemap: false,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  server: { proxy: { "/api": "http://127.0.0.1:8787", "/uploads": "http://127.0.0.1:8787" } },
  test: { include: ["tests/**/*.test.ts"], setupFiles: ["tests/setup.ts"], testTimeout: 20000 },
});
