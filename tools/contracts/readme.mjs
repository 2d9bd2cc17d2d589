// The tables of contracts/README.md: written from what was built and measured, so that they cannot grow old unseen.
import { readFileSync, writeFileSync } from "node:fs";

const path = "contracts/README.md";
const escrowBar = { bytes: 14_000, lines: 500 };
const contracts = ["MarketEscrow", "MarketRegistry", "ProviderBond"];

/** Claims about the document and the sizes that it states, each with whether it holds; `gas` is that of gas.json. */
export function readme(gas, artifactOf, isWriting) {
  const before = readFileSync(path, "utf8");
  const sizes = contracts.map((name) => sizeOf(name, artifactOf(name)));
  const current = withTable(withTable(before, "sizes", sizeTable(sizes)), "gas", gasTable(gas));
  if (isWriting) writeFileSync(path, current);
  const [{ bytes, lines }] = sizes;
  return [
    { claim: `${path} is up to date (gas --write renews it)`, holds: isWriting || before === current },
    { claim: `MarketEscrow has at most ${escrowBar.bytes} bytes: ${bytes}`, holds: bytes <= escrowBar.bytes },
    { claim: `MarketEscrow has at most ${escrowBar.lines} lines: ${lines}`, holds: lines <= escrowBar.lines },
  ];
}

function sizeOf(name, artifact) {
  const lines = readFileSync(`contracts/${name}.sol`, "utf8").trimEnd().split("\n").length;
  return { name, bytes: (artifact.deployedBytecode.length - 2) / 2, lines };
}

function sizeTable(sizes) {
  return ["| Contract | Runtime bytes | Lines |", "|---|---:|---:|", ...sizes.map(({ name, bytes, lines }) =>
    `| ${name} | ${grouped(bytes)} | ${lines} |`)];
}

function gasTable(gas) {
  return ["| Operation | Gas | Gas a job |", "|---|---:|---:|", ...Object.entries(gas).map(([name, amount]) => {
    const jobs = /^settle\w* (\d+) /.exec(name)?.[1];
    return `| ${name} | ${grouped(amount)} | ${jobs === undefined ? "" : grouped(Math.round(amount / jobs))} |`;
  })];
}

function withTable(text, name, lines) {
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${path} lacks the marks of the table "${name}".`);
  return `${text.slice(0, from + begin.length)}\n${lines.join("\n")}\n\n${text.slice(to)}`;
}

function grouped(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
