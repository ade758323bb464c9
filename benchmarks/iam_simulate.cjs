// Asks @cloud-copilot/iam-simulate, installed in the folder given, what benchmarks/scp.py asks us.
// node iam_simulate.cjs FOLDER < QUESTIONS: a line of JSON with the levels, then a request a line.
const { createRequire } = require("node:module");
const { readFileSync } = require("node:fs");
const { runUnsafeSimulation } = createRequire(`${process.argv[2]}/`)("@cloud-copilot/iam-simulate");

const [levels, ...requests] = readFileSync(0, "utf8").trim().split("\n").map((line) => JSON.parse(line));
const named = (policies) => policies.map((policy, number) => ({ name: `${number}`, policy }));
const simulation = ({ action, resource, context }) => ({
  request: {
    action,
    resource: { resource, accountId: "111122223333" },
    principal: context["aws:PrincipalArn"],
    contextVariables: context,
  },
  identityPolicies: named([levels[0][0]]),
  serviceControlPolicies: levels.map((policies, number) => ({ orgIdentifier: `${number}`, policies: named(policies) })),
  resourceControlPolicies: [],
});

const start = process.hrtime.bigint();
const results = requests.map((request) => runUnsafeSimulation(simulation(request), {}));
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
console.log(JSON.stringify({ seconds, results }));
