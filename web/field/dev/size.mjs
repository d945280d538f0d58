// Script that loads before the first page shows, gzipped: fails above the limit. Run after `npm run build`.
import { readFileSync, readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT_KB = 120; // an old phone has to read and run it; tests/gateways/field/test_first_load.py holds it
const html = readFileSync("dist/index.html", "utf8");
const first = [...html.matchAll(/(?:src|href)="\/field\/(assets\/[^"]+\.js)"/g)].map((match) => match[1]);
const kb = (file) => gzipSync(readFileSync(`dist/${file}`)).length / 1024;
const total = first.reduce((sum, file) => sum + kb(file), 0);
for (const file of readdirSync("dist/assets").filter((name) => name.endsWith(".js"))) {
  console.log(`${kb(`assets/${file}`).toFixed(1).padStart(7)} kB  ${first.includes(`assets/${file}`) ? "first " : "later "} ${file}`);
}
console.log(`${total.toFixed(1)} kB before the first page (limit ${LIMIT_KB})`);
process.exit(total > LIMIT_KB || !first.length ? 1 : 0);
