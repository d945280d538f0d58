// Every script of the build as phones get it, gzipped, and the sum of those before the first page. Run after `npm run build`.
import { readFileSync, readdirSync, statSync } from "node:fs";

const html = readFileSync("dist/index.html", "utf8");
const first = [...html.matchAll(/(?:src|href)="\/field\/(assets\/[^"]+\.js)"/g)].map((match) => match[1]);
const kb = (file) => statSync(`dist/${file}.gz`, { throwIfNoEntry: false })?.size / 1000 || statSync(`dist/${file}`).size / 1000;
for (const file of readdirSync("dist/assets").filter((name) => name.endsWith(".js"))) {
  console.log(`${kb(`assets/${file}`).toFixed(1).padStart(7)} kB  ${first.includes(`assets/${file}`) ? "first " : "later "} ${file}`);
}
const total = first.reduce((sum, file) => sum + kb(file), 0);
console.log(`${total.toFixed(1)} kB before the first page (tests/gateways/field/test_first_load.py holds it small)`);
