import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

export default {
  solidity: {
    version: "0.8.37",
    path: require.resolve("solc/soljson.js"),
    settings: {
      evmVersion: "osaka",
      viaIR: true,
      optimizer: { enabled: true, runs: 10000 },
      metadata: { bytecodeHash: "none" },
    },
  },
  paths: { sources: "./contracts", tests: { solidity: "./tests/contracts" } },
};
