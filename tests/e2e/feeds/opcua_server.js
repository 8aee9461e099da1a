// An OPC UA server for tests, on node-opcua: not built on the library that Millwright's client is.
// usage: node opcua_server.js OPTIONS        OPTIONS is JSON; see `defaults`
// It prints a line `ready PORT` and takes one JSON command a line on standard input, each answered with `done`:
//   {"set": NODE, "value": V, "status": NAME, "time": ISO 8601}     a new value; status and time may be left out
//   {"ramp": [NODE…], "from": N, "count": C}                       C values from N on, a millisecond apart, the last of them now
//   {"acknowledge": true}                                          an operator acknowledges the condition
//   {"end": true}                                                   says farewell to its clients and ends
const {OPCUAServer} = require("node-opcua-server");
const {OPCUACertificateManager} = require("node-opcua-certificate-manager");
const {DataType, Variant, VariantArrayType} = require("node-opcua-variant");
const {StatusCodes} = require("node-opcua-status-code");
const {MessageSecurityMode, SecurityPolicy} = require("node-opcua-secure-channel");
const readline = require("node:readline");

const defaults = {
  port: 0,
  folder: "",            // of its own certificate and of those it trusts
  modes: ["None"],       // None, Sign, SignAndEncrypt
  anonymous: true,
  users: {},             // name: password
  accept: true,          // certificates of clients that it does not know
  namespacesBefore: 0,   // other namespaces, which move the index of the one with the signals
  perCall: 0,            // the most monitored items, nodes to read or to browse of one call; 0: no limit
  many: 0,               // variables `many.0` …
  manyRate: 10,          // their changes a second
  atOnce: false,         // changes of scalars are reported when they happen, instead of looking every 10 ms
  history: [],           // nodes whose past values are kept
  conditions: false,     // a condition `Overheated` of `press`: an exclusive limit alarm, high from 100 degrees
};
const options = {...defaults, ...JSON.parse(process.argv[2] ?? "{}")};
const namespaceUri = "urn:millwright:test";

function addScalars(space, namespace, line) {
  const made = {};
  const add = (name, dataType, value, more = {}) => {
    made[name] = namespace.addVariable({
      componentOf: line, browseName: name, nodeId: `s=line.${name}`, dataType, minimumSamplingInterval: options.atOnce ? 0 : 10,
      value: {dataType: DataType[dataType], value, ...more.variant}, ...more.node,
    });
  };
  add("speed", "Double", 1.5);
  add("count", "Int32", 0);
  add("running", "Boolean", true);
  add("state", "String", "Idle");
  add("tiny", "SByte", -3);
  add("huge", "UInt64", [0, 7], {variant: {arrayType: VariantArrayType.Scalar}});
  add("ratio", "Float", 0.25);
  add("name", "LocalizedText", {text: "Linie", locale: "de"});
  add("made", "DateTime", new Date("2026-01-02T03:04:05.678Z"));
  add("profile", "Double", new Float64Array([1, 2, 3]),
      {node: {valueRank: 1, arrayDimensions: [3]}, variant: {arrayType: VariantArrayType.Array}});
  const mode = namespace.addEnumerationType({browseName: "Mode", enumeration: ["Idle", "Execute", "Held"]});
  made.mode = namespace.addVariable({componentOf: line, browseName: "mode", nodeId: "s=line.mode", dataType: mode, minimumSamplingInterval: 10,
                                     value: {dataType: DataType.Int32, value: 1}});
  made.force = namespace.addAnalogDataItem({
    componentOf: line, browseName: "force", nodeId: "s=line.force", dataType: "Double", minimumSamplingInterval: 10,
    engineeringUnitsRange: {low: 0, high: 1000}, engineeringUnits: {displayName: "kN", description: "kilonewton", unitId: 4338743, // B47
                                                                   namespaceUri: "http://www.opcfoundation.org/UA/units/un/cefact"},
    value: {dataType: DataType.Double, value: 12.5},
  });
  const press = namespace.addObject({eventSourceOf: options.conditions ? space.rootFolder.objects.server : undefined, componentOf: line, browseName: "press", displayName: "Press \"1\"", nodeId: "s=press"});
  made.temperature = namespace.addAnalogDataItem({
    componentOf: press, browseName: "temperature", displayName: "온도", nodeId: "i=77", dataType: "Float", minimumSamplingInterval: 10,
    engineeringUnitsRange: {low: -20, high: 180.5},
    engineeringUnits: {displayName: "°C", description: "degree Celsius", unitId: 4408652, namespaceUri: "http://www.opcfoundation.org/UA/units/un/cefact"},
    value: {dataType: DataType.Float, value: 36.6},
  });
  made.photo = namespace.addVariable({componentOf: press, browseName: "photo", nodeId: "b=AQID", dataType: "ByteString",
                                      value: {dataType: DataType.ByteString, value: Buffer.from("picture")}});
  return made;
}

function startMany(namespace, parent) {
  const all = [];
  for (let i = 0; i < options.many; ++i)
    all.push(namespace.addVariable({componentOf: parent, browseName: `many.${i}`, nodeId: `s=many.${i}`, dataType: "Double", minimumSamplingInterval: 10,
                                    value: {dataType: DataType.Double, value: 0}}));
  let round = 0;
  if (options.many > 0)
    setInterval(() => {
      const time = new Date();
      ++round;
      for (const one of all) one.setValueFromSource(new Variant({dataType: DataType.Double, value: round}), StatusCodes.Good, time);
    }, 1000 / options.manyRate);
}

async function main() {
  const trusted = new OPCUACertificateManager({rootFolder: options.folder, automaticallyAcceptUnknownCertificate: options.accept});
  await trusted.initialize();
  const limit = options.perCall || 100_000;
  const secure = options.modes.some(mode => mode !== "None");
  const server = new OPCUAServer({
    port: options.port, resourcePath: "/line", alternateHostname: ["127.0.0.1", "localhost"],
    serverCertificateManager: trusted, userCertificateManager: trusted,
    securityModes: options.modes.map(mode => MessageSecurityMode[mode]),
    securityPolicies: [...(options.modes.includes("None") ? [SecurityPolicy.None] : []),
                       ...(secure ? [SecurityPolicy.Basic256Sha256, SecurityPolicy.Aes128_Sha256_RsaOaep, SecurityPolicy.Aes256_Sha256_RsaPss] : [])],
    allowAnonymous: options.anonymous,
    userManager: {isValidUser: (name, password) => options.users[name] === password},
    serverInfo: {applicationUri: "urn:millwright:test:server", productUri: "urn:millwright:test"},
    serverCapabilities: {
      maxMonitoredItems: 200_000, maxMonitoredItemsPerSubscription: 200_000,
      operationLimits: {maxMonitoredItemsPerCall: limit, maxNodesPerRead: limit, maxNodesPerBrowse: limit, maxNodesPerHistoryReadData: limit},
    },
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  for (let i = 0; i < options.namespacesBefore; ++i) space.registerNamespace(`urn:millwright:test:before:${i}`);
  const namespace = space.registerNamespace(namespaceUri);
  const line = namespace.addObject({organizedBy: space.rootFolder.objects, browseName: "line", nodeId: "s=line"});
  const nodes = addScalars(space, namespace, line);
  for (const name of options.history) {
    space.installHistoricalDataNode(nodes[name], {maxOnlineValues: 100_000});
    nodes[name].setValueFromSource(nodes[name].readValue().value, StatusCodes.Good, new Date()); // it begins with the next value
  }
  let alarm;
  if (options.conditions) {
    space.installAlarmsAndConditionsService();
    alarm = namespace.instantiateExclusiveLimitAlarm("ExclusiveLimitAlarmType", {
      browseName: "Overheated", conditionName: "Overheated", conditionSource: space.findNode(`ns=${namespace.index};s=press`), inputNode: nodes.temperature,
      highHighLimit: 150, highLimit: 100, lowLimit: -100, lowLowLimit: -200,
    });
  }
  const kinds = Object.fromEntries(Object.entries(nodes).map(([name, node]) => [name, node.readValue().value]));
  if (options.many > 0) startMany(namespace, namespace.addObject({organizedBy: space.rootFolder.objects, browseName: "many", nodeId: "s=many"}));
  await server.start();
  console.log(`ready ${server.endpoints[0].port}`);
  readline.createInterface({input: process.stdin}).on("line", async text => {
    const command = JSON.parse(text);
    if (command.end) {
      await server.shutdown(100);
      process.exit(0);
    }
    if (command.ramp) {
      const begin = Date.now() - command.count;
      for (let i = 1; i <= command.count; ++i)
        for (const name of command.ramp)
          nodes[name].setValueFromSource({dataType: kinds[name].dataType, value: command.from + i - 1}, StatusCodes.Good, new Date(begin + i));
      console.log("done");
      return;
    }
    if (command.acknowledge) {
      alarm.acknowledgeAndAutoConfirmBranch(alarm.currentBranch(), "seen");
      console.log("done");
      return;
    }
    const node = nodes[command.set];
    const {dataType, arrayType} = kinds[command.set];
    node.setValueFromSource({dataType: command.value === null ? DataType.Null : dataType, arrayType, value: command.value},
                            StatusCodes[command.status ?? "Good"], command.time ? new Date(command.time) : new Date());
    console.log("done");
  });
}

main().catch(error => {
  console.error(error);
  process.exit(1);
});
