// Puts x.gz beside each file x.    node services/gzip.mjs <file>...
import {readFileSync, writeFileSync} from "node:fs";
import {gzipSync} from "node:zlib";

for (const file of process.argv.slice(2)) writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), {level: 9}));
