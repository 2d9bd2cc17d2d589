// What the contracts can do at all: the functions that change state are those of the design and no others, and no
// instruction can hand the contract's storage or its life to other code.

const changing = {
  MarketEscrow: [
    "cancelNonce", "claim", "claimFee", "close", "deposit", "depositFor", "depositWithAuthorization",
    "depositWithPermit", "openBudget", "openBudgetWithSig", "requestClose", "requestCloseWithSig", "settle",
    "settleCosigned", "settleTickets", "withdraw", "withdrawWithSig",
  ],
  MarketRegistry: [
    "acceptCosigner", "acceptPayout", "proposeCosigner", "proposePayout", "registerOperator", "registerProvider",
    "revokeCosigner", "setSigner",
  ],
  ProviderBond: [
    "requestUnstake", "slashBrokenCommit", "slashDoubleCommit", "slashDoubleResult", "stake", "unstake",
  ],
};

// A provider's own key, which nobody else can change: RegistryTest shows it.
const ownKeys = ["setSigner"];
const powers = [
  /owner|admin|govern|guardian|role|emergency|rescue|recover|sweep|drain/i,
  /paus|freez|block|blacklist|whitelist|upgrade|proxy|implementation|initializ|mint|burn/i,
  /^set[A-Z]/,
];
const forbidden = { 0xf2: "CALLCODE", 0xf4: "DELEGATECALL", 0xff: "SELFDESTRUCT" };

/** One verdict for each claim about each contract, after the examples that must be found out. */
export function inspect(artifactOf) {
  return [...examples(), ...Object.keys(changing).flatMap((name) => inspectContract(name, artifactOf(name)))];
}

function inspectContract(name, artifact) {
  const names = artifact.abi.filter(({ type }) => type === "function").map((entry) => entry.name);
  return [
    verdict(`${name} has no privileged function`, names.filter(isPrivileged)),
    verdict(`${name} changes state only as designed`, unexpected(artifact.abi, changing[name])),
    verdict(`${name} takes no ether`, artifact.abi.filter(takesEther).map((entry) => entry.name ?? entry.type)),
    verdict(`${name} as created has no forbidden instruction`, forbiddenIn(artifact.bytecode)),
    verdict(`${name} as deployed has no forbidden instruction`, forbiddenIn(artifact.deployedBytecode)),
  ];
}

// A guard counts once it has been seen red: each of these holds what must be found, or what must not be.
function examples() {
  const upgradeable = [{ type: "function", name: "upgradeTo", stateMutability: "nonpayable" }];
  return [
    isFound("a DELEGATECALL", forbiddenIn("0x6000f4"), ["DELEGATECALL at 2"]),
    isFound("a CALLCODE behind a JUMPDEST", forbiddenIn("0x5bf2"), ["CALLCODE at 1"]),
    isFound("a SELFDESTRUCT after 32 pushed bytes", forbiddenIn(`0x7f${"f4".repeat(32)}ff`), ["SELFDESTRUCT at 33"]),
    isFound("nothing in pushed data", forbiddenIn("0x61f4ff60f25f"), []),
    isFound("nothing in a push that the code ends in", forbiddenIn("0x63f4"), []),
    isFound("a function that the design lacks", unexpected(upgradeable, []), ["upgradeTo"]),
    isFound("the lack of a function of the design", unexpected([], ["withdraw"]), ["withdraw"]),
    isFound("names of power", ["pause", "transferOwnership", "settle", "setFee"].filter(isPrivileged), [
      "pause", "transferOwnership", "setFee",
    ]),
    isFound("a payable fallback", [{ type: "receive", stateMutability: "payable" }].filter(takesEther).map(typeOf), [
      "receive",
    ]),
  ];
}

function isPrivileged(name) {
  return !ownKeys.includes(name) && powers.some((power) => power.test(name));
}

/**
 * Where forbidden instructions stand. The walk is the one by which the EVM tells instructions from pushed data, so
 * nothing that it passes over can ever run.
 */
function forbiddenIn(bytecode) {
  const code = Buffer.from(bytecode.slice(2), "hex");
  const found = [];
  for (let at = 0; at < code.length; at += 1) {
    const instruction = code[at];
    if (instruction in forbidden) found.push(`${forbidden[instruction]} at ${at}`);
    if (instruction >= 0x60 && instruction <= 0x7f) at += instruction - 0x5f;
  }

  return found;
}

function unexpected(abi, expected) {
  const isChanging = ({ type, stateMutability }) => type === "function" && !["view", "pure"].includes(stateMutability);
  const actual = abi.filter(isChanging).map(({ name }) => name);
  return [
    ...actual.filter((name) => !expected.includes(name)),
    ...expected.filter((name) => !actual.includes(name)),
  ];
}

function takesEther({ type, stateMutability }) {
  return stateMutability === "payable" || type === "fallback" || type === "receive";
}

function typeOf({ type }) {
  return type;
}

function isFound(what, found, expected) {
  const missed = JSON.stringify(found) === JSON.stringify(expected) ? [] : [`found ${JSON.stringify(found)}`];
  return verdict(`the inspection finds ${what}`, missed);
}

function verdict(claim, counterexamples) {
  console.log(`${counterexamples.length === 0 ? "ok  " : "FAIL"} ${claim} ${counterexamples.join(", ")}`.trimEnd());
  return counterexamples.length === 0;
}
