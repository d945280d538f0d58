// Compressed copies beside what vite built (which empties dist first): the server sends them to who understands them.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

for (const name of readdirSync("dist", { recursive: true }).filter((each) => /\.(js|css|html|svg|webmanifest)$/.test(each))) {
  const plain = readFileSync(`dist/${name}`);
  for (const [ending, made] of [["gz", gzipSync(plain, { level: 9 })], ["br", brotliCompressSync(plain)]]) {
    if (made.length < plain.length) writeFileSync(`dist/${name}.${ending}`, made);
  }
}
