// An OPC UA server under load, on node-opcua: variables `s=many.0` … that all change at a fixed rate. Not built on the library that
// Millwright's client is.
// usage: node opcua_server.js PORT FOLDER VARIABLES RATE        FOLDER is for its certificate
// It prints `ready`. When its standard input ends, it prints how often it changed its variables and how many milliseconds behind at worst, and ends.
const {OPCUAServer} = require("node-opcua-server");
const {OPCUACertificateManager} = require("node-opcua-certificate-manager");
const {DataType, Variant} = require("node-opcua-variant");
const {StatusCodes} = require("node-opcua-status-code");
const {MessageSecurityMode, SecurityPolicy} = require("node-opcua-secure-channel");

const [port, rootFolder, variables, rate] = process.argv.slice(2).map((text, i) => (i === 1 ? text : Number(text)));

async function main() {
  const certificates = new OPCUACertificateManager({rootFolder, automaticallyAcceptUnknownCertificate: true});
  await certificates.initialize();
  const server = new OPCUAServer({
    port, serverCertificateManager: certificates, userCertificateManager: certificates,
    securityModes: [MessageSecurityMode.None], securityPolicies: [SecurityPolicy.None],
    serverInfo: {applicationUri: "urn:millwright:bench:server", productUri: "urn:millwright:bench"},
    serverCapabilities: {maxMonitoredItems: 200_000, maxMonitoredItemsPerSubscription: 200_000, operationLimits: {maxMonitoredItemsPerCall: 10_000}},
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  const namespace = space.registerNamespace("urn:millwright:bench");
  const parent = namespace.addObject({organizedBy: space.rootFolder.objects, browseName: "many", nodeId: "s=many"});
  // A minimum sampling interval of 0: the server reports a change when it happens, instead of looking at every variable by a timer.
  const all = Array.from({length: variables}, (_, i) => namespace.addVariable({
    componentOf: parent, browseName: `many.${i}`, nodeId: `s=many.${i}`, dataType: "Double", minimumSamplingInterval: 0,
    value: {dataType: DataType.Double, value: 0},
  }));
  await server.start();
  let rounds = 0, behind = 0;
  const begun = Date.now();
  const change = () => {
    const time = new Date();
    behind = Math.max(behind, time - (begun + (rounds + 1) * 1000 / rate));
    ++rounds;
    const value = new Variant({dataType: DataType.Double, value: rounds}); // one for all: it is not changed any more
    for (const one of all) one.setValueFromSource(value, StatusCodes.Good, time);
    setTimeout(change, Math.max(0, begun + (rounds + 1) * 1000 / rate - Date.now()));
  };
  setTimeout(change, 1000 / rate);
  process.stdin.on("end", () => {
    console.log(JSON.stringify({rounds, behind}));
    process.exit(0);
  });
  process.stdin.resume();
  console.log("ready");
}

main().catch(error => {
  console.error(error);
  process.exit(1);
});
