#include "plant/keys.hpp"

namespace millwright::plant {
namespace {

using enum ValueKind;

constexpr std::string_view kinds[] = {"mqtt", "sparkplug", "mtconnect", "opcua", "file"};
constexpr std::string_view securities[] = {"none", "sign", "sign-and-encrypt"};
constexpr std::string_view timeUnits[] = {"s", "ms", "us", "ns"};

constexpr Key feedKeyList[] = {
    {.name = "id", .kind = Identifier, .description = "unique", .required = true},
    {.name = "kind", .kind = Choice, .description = "how it speaks", .required = true, .choices = kinds},
    {.name = "url",
     .kind = Text,
     .description =
         "the broker: mqtt://HOST[:1883], or mqtts://HOST[:8883] for TLS; opcua: the server, opc.tcp://HOST[:4840][/PATH]; "
         "mtconnect: the agent, http://HOST[:PORT][/PATH] or https://…; without user or password; all but file need it"},
    {.name = "path",
     .kind = Text,
     .description = "file: the text file or FIFO to follow, relative to the plant folder; - for standard input"},
    {.name = "mapping",
     .kind = Text,
     .description =
         "file: TOML file that says which column is what, relative to the plant folder (docs/log-format.md); without it, the "
         "one beside the file, if there is one"},
    {.name = "equipment",
     .kind = ValueKind::Path,
     .description = "path of an equipment: only its signals and those below come from this feed; without it, all"},
    {.name = "topic",
     .kind = Text,
     .description = "topic of a signal's messages; file: which column, or topic of the mapping, a signal is; {topic} {path} "
                    "{equipment} {equipment_id} {signal} stand for the signal's topic, its "
                    "path, its equipment's path and the last part of that, and its id",
     .fallback = "\"{topic}\""},
    {.name = "value",
     .kind = Text,
     .description =
         "JSON Pointer to the value, such as /v or /{signal}; without it, the payload is the value, or an object whose member "
         "`value` is"},
    {.name = "time", .kind = Text, .description = "JSON Pointer to the source time; without it, the time of reception"},
    {.name = "time_unit",
     .kind = Choice,
     .description = "what a source time that is a number counts since 1970, UTC; text is ISO 8601",
     .fallback = "\"ms\"",
     .choices = timeUnits},
    {.name = "quality",
     .kind = Text,
     .description =
         "JSON Pointer to the quality: good, uncertain, bad or stale, a boolean, or an OPC quality number; without it, good"},
    {.name = "subscribe",
     .kind = Texts,
     .description = "topic filters; without them, what stands before the first { of `topic`, and everything below"},
    {.name = "qos", .kind = Integer, .description = "MQTT quality of service", .fallback = "1", .minimum = 0, .maximum = 2},
    {.name = "metric",
     .kind = Text,
     .description =
         "sparkplug: which metric a signal is, GROUP/EDGE-NODE/DEVICE/METRIC, with an empty DEVICE for the edge node's own; {…} "
         "as in `topic`",
     .fallback = "\"{topic}\""},
    {.name = "host_id",
     .kind = Text,
     .description = "sparkplug: id of this host application, unique at the broker",
     .fallback = "\"millwright\""},
    {.name = "primary",
     .kind = Boolean,
     .description = "sparkplug: publish STATE, so that edge nodes whose primary host this is send while it listens",
     .fallback = "false"},
    {.name = "reorder_timeout",
     .kind = Duration,
     .description = "sparkplug: how long a missing message is waited for before a rebirth is requested",
     .fallback = "\"2s\"",
     .minimum = 0},
    {.name = "item",
     .kind = Text,
     .description =
         "mtconnect: which data item a signal is, DEVICE/ITEM, DEVICE by name, uuid or id, ITEM by id or name; behind a further "
         "slash, x, y or z of a position, code or text of a condition, or the key of an entry; {…} as in `topic`",
     .fallback = "\"{topic}\""},
    {.name = "node",
     .kind = Text,
     .description = "opcua: which node a signal is, nsu=NAMESPACE-URI;s=NAME (or i=NUMBER, g=GUID, b=BASE64), or ns=INDEX in place "
                    "of nsu, with index=2; before it for an element of an array; or condition=SOURCE/NAME; {…} as in `topic`",
     .fallback = "\"{topic}\""},
    {.name = "notifier",
     .kind = Text,
     .description = "opcua: node id of the object that tells the events of conditions; without it, the server's own",
     .fallback = "\"i=2253\""},
    {.name = "publishing_interval",
     .kind = Duration,
     .description = "opcua, mtconnect: how often the server or agent sends what is new",
     .fallback = "\"250ms\"",
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "sampling_interval",
     .kind = Duration,
     .description = "opcua: how often the server looks at a node, 0 for as often as it can; without it, at each publishing",
     .minimum = 0},
    {.name = "queue_size",
     .kind = Integer,
     .description = "opcua: values of a node that the server keeps from one publishing to the next; the oldest go first",
     .fallback = "10",
     .minimum = 1,
     .maximum = 100'000},
    {.name = "security",
     .kind = Choice,
     .description = "opcua: how messages are protected; all but none need `certificate` and `key`",
     .fallback = "\"sign-and-encrypt\"",
     .choices = securities},
    {.name = "window",
     .kind = Duration,
     .description = "how long samples wait to be put in order; the longest of all feeds counts; default: 20ms, file: "
                    "100ms, opcua: `publishing_interval` and 100ms",
     .minimum = 0},
    {.name = "stale_after",
     .kind = Duration,
     .description =
         "silence after which a signal's value is stale; without it, only when the connection is lost; not for mtconnect",
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "queue",
     .kind = Integer,
     .description = "MiB of messages that may wait; what comes beyond is dropped and counted; file: is read later",
     .fallback = "16",
     .minimum = 1,
     .maximum = 4096},
    {.name = "client_id",
     .kind = Text,
     .description = "MQTT client id, unique at the broker; with it, the broker keeps messages for up to five minutes while "
                    "Millwright restarts; opcua: the application URI, as in `certificate`, without it urn:millwright:client"},
    {.name = "user_env", .kind = Text, .description = "name of the environment variable that holds the user"},
    {.name = "password_env", .kind = Text, .description = "name of the environment variable that holds the password"},
    {.name = "password_file", .kind = Text, .description = "file whose first line is the password, relative to the plant folder"},
    {.name = "ca",
     .kind = Text,
     .description =
         "PEM file with the authorities to trust, relative to the plant folder; without it, those of the machine; opcua: with "
         "the servers' certificates, or their authorities and their revocation lists"},
    {.name = "certificate", .kind = Text, .description = "PEM file with this client's certificate, relative to the plant folder"},
    {.name = "key", .kind = Text, .description = "PEM file with this client's private key, relative to the plant folder"},
    {.name = "user_certificate",
     .kind = Text,
     .description = "opcua: PEM file with the certificate of a user, in place of user and password, relative to the plant folder"},
    {.name = "user_key", .kind = Text, .description = "opcua: PEM file with that user's private key, relative to the plant folder"},
    {.name = "verify",
     .kind = Boolean,
     .description =
         "whether the broker's certificate must be valid and its host's, or the OPC UA server's one that `ca` trusts; false "
         "lets anyone pose as it",
     .fallback = "true"},
};

} // namespace

constinit const TableKeys feedKeys{"feed", "Where live samples come from.", feedKeyList};

constinit const std::span<const std::string_view> feedKindWords{kinds};
constinit const std::span<const std::string_view> timeUnitWords{timeUnits};
constinit const std::span<const std::string_view> feedSecurityWords{securities};

} // namespace millwright::plant
