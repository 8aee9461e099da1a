#include <millwright/core/json_writer.hpp>
#include <millwright/core/log.hpp>
#include <millwright/core/mapped_file.hpp>
#include <millwright/plant/feed.hpp>
#include <millwright/telemetry/opcua_browse.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <app/browsed.hpp>
#include <app/command.hpp>
#include <app/live.hpp>
#include <format>

namespace millwright::app {
namespace {

constexpr std::string_view scheme = "opc.tcp://";

struct Options {
    std::string from; ///< a plant, or the address of a server
    std::string feed; ///< which of the plant's; empty: the only one
    telemetry::OpcUaBrowseOptions browse;
    std::string filter;
    std::string output;
    bool json = false;
    // How to reach a server by its address:
    plant::Feed access;
    std::string security = "sign-and-encrypt";
    bool unverified = false;
};

Result<plant::Feed> feedOfPlant(const Options& options) {
    auto feeds = plant::loadFeeds(options.from);
    if (!feeds) return std::unexpected(feeds.error().front());
    std::erase_if(*feeds, [](const plant::Feed& feed) { return feed.kind != plant::FeedKind::OpcUa; });
    if (feeds->empty())
        return failure(ErrorCode::Invalid,
                       "has no [[feed]] of kind \"opcua\": describe one, or give a server's address, opc.tcp://HOST:4840",
                       options.from);
    std::string ids;
    for (const plant::Feed& feed : *feeds) ids += (ids.empty() ? "" : ", ") + feed.id;
    if (options.feed.empty()) {
        if (feeds->size() == 1) return feeds->front();
        return failure(ErrorCode::Invalid, std::format("has several feeds of kind \"opcua\" ({}): give --feed", ids), options.from);
    }
    const auto found = std::ranges::find(*feeds, options.feed, &plant::Feed::id);
    if (found != feeds->end()) return *found;
    return failure(ErrorCode::NotFound, std::format("has no feed '{}' of kind \"opcua\", but {}", options.feed, ids), options.from);
}

Result<plant::Feed> feedOfAddress(const Options& options) {
    if (!options.feed.empty())
        return failure(ErrorCode::Invalid,
                       std::format("chooses among a plant's feeds, and '{}' is the address of a server", options.from), "--feed");
    plant::Feed feed = options.access;
    feed.id = "plc";
    feed.kind = plant::FeedKind::OpcUa;
    feed.url = options.from;
    feed.verify = !options.unverified;
    feed.security = options.security == "none"   ? plant::FeedSecurity::None
                    : options.security == "sign" ? plant::FeedSecurity::Sign
                                                 : plant::FeedSecurity::SignAndEncrypt;
    if (feed.security == plant::FeedSecurity::None) return feed;
    if (feed.certificate.empty() || feed.key.empty())
        return failure(ErrorCode::Invalid,
                       "a secure connection needs --certificate and --key of this client (docs/feeds.md has the command that makes "
                       "them); or give --security none");
    if (feed.verify && feed.ca.empty())
        return failure(ErrorCode::Invalid,
                       "a secure connection needs --ca, a file with the server's certificate; or give --no-verify");
    return feed;
}

/// The [[feed]] table of an address, as it was reached.
std::string feedTable(const plant::Feed& feed, const std::string& security) {
    std::string text = std::format("\n[[feed]]\nid = {}\nkind = \"opcua\"\nurl = {}\n", tomlString(feed.id), tomlString(feed.url));
    if (feed.security != plant::FeedSecurity::SignAndEncrypt) text += std::format("security = {}\n", tomlString(security));
    const std::pair<std::string_view, std::string> keys[] = {{"client_id", feed.clientId},
                                                             {"ca", feed.ca.string()},
                                                             {"certificate", feed.certificate.string()},
                                                             {"key", feed.key.string()},
                                                             {"user_env", feed.userVariable},
                                                             {"password_env", feed.passwordVariable},
                                                             {"password_file", feed.passwordFile.string()},
                                                             {"user_certificate", feed.userCertificate.string()},
                                                             {"user_key", feed.userKey.string()}};
    for (const auto& [key, value] : keys)
        if (!value.empty()) text += std::format("{} = {}\n", key, tomlString(value));
    if (!feed.verify) text += "verify = false\n";
    return text;
}

void writeJson(const telemetry::OpcUaBrowsed& browsed, const Picked& picked, const plant::Feed& feed) {
    constexpr std::string_view types[] = {"float", "integer", "boolean", "string"};
    JsonWriter json;
    json.beginObject().field("url", feed.url).field("complete", browsed.complete).key("nodes").beginArray();
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < browsed.nodes.size(); ++i) {
        const telemetry::OpcUaNode& node = browsed.nodes[i];
        paths.push_back(i == 0 ? node.name : paths[node.parent] + '/' + node.name);
        if (!picked.shown[i]) continue;
        json.beginObject().field("id", node.id).field("name", node.name).field("path", paths[i]).field("depth", node.depth);
        json.field("class", node.condition ? "condition" : node.variable ? "variable" : "object");
        if (node.variable || node.condition) {
            json.field("type", node.type).key("signal");
            node.signal ? json.value(types[static_cast<std::size_t>(*node.signal)]) : json.null();
            json.field("unit", node.unit).field("ucum", node.ucum).key("range");
            if (node.range)
                json.beginArray().value(node.range->first).value(node.range->second).endArray();
            else
                json.null();
            json.field("value", node.value).field("status", node.status).key("time");
            node.time == Time{} ? json.null() : json.value(formatTime(node.time));
            json.field("history", node.history);
        }
        json.endObject();
    }
    json.endArray().endObject();
    print(json.text());
}

ExitStatus write(const Options& options, const plant::Feed& feed, const telemetry::OpcUaBrowsed& browsed, const Picked& picked) {
    SignalLines lines = signalLines(browsed, picked);
    if (lines.signals == 0)
        return fail(Error{ErrorCode::NotFound, "has no variable there that a signal can take: look without -o", feed.url});
    const bool byAddress = options.from.starts_with(scheme);
    if (byAddress) lines.toml += feedTable(feed, options.security);
    if (feed.node != "{topic}")
        log::warning(
            "feed '{}' has a pattern as 'node': leave that out, so that the topics of these signals say which node each is",
            feed.id);
    const std::string head = std::format("# Signals of {}, to be appended to a plant.toml.\n\n", feed.url);
    if (auto written = writeFile(options.output, head + lines.toml); !written) return fail(written.error());
    if (!options.json)
        print(std::format("{} signal{} of {} equipment in {}", lines.signals, lines.signals == 1 ? "" : "s", lines.equipment,
                          options.output));
    return ExitStatus::Success;
}

ExitStatus browse(Options options) {
    static_cast<void>(interrupted()); // from now on
    if (!options.output.empty() && std::filesystem::exists(options.output))
        return fail(Error{ErrorCode::Invalid, "exists: browse overwrites no file", options.output});
    const bool byAddress = options.from.starts_with(scheme);
    const auto feed = byAddress ? feedOfAddress(options) : feedOfPlant(options);
    if (!feed) return fail(feed.error());
    auto server = opcUaServerOf(*feed);
    if (!server) return fail(server.error());
    options.browse.server = std::move(*server);
    ProgressBar bar{"browsing"};
    auto browsed = telemetry::browseOpcUa(options.browse, bar.progress());
    if (!browsed) return fail(browsed.error());
    if (!browsed->complete)
        log::warning("only the first {} nodes are listed: give --node, --depth or --limit", browsed->nodes.size());
    const Picked picked = pick(*browsed, options.filter);
    if (!std::ranges::contains(picked.shown, true))
        return fail(Error{ErrorCode::NotFound,
                          std::format("no node of {} has '{}' in its name or id", browsed->nodes.size(), options.filter),
                          feed->url});
    if (options.json) writeJson(*browsed, picked, *feed);
    if (!options.output.empty()) return write(options, *feed, *browsed, picked);
    if (!options.json) print(treeOf(*browsed, picked));
    return ExitStatus::Success;
}

void addAccess(CLI::App& command, Options& options) {
    constexpr auto group = "How to reach a server by its address, as the keys of [[feed]]";
    plant::Feed& access = options.access;
    command.add_option("--security", options.security, "none, sign or sign-and-encrypt (the default)")
        ->check(CLI::IsMember({"none", "sign", "sign-and-encrypt"}))
        ->group(group);
    command.add_option("--ca", access.ca, "File with the server's certificate, or its authority's and revocation list")
        ->group(group);
    command.add_option("--certificate", access.certificate, "PEM file with this client's certificate")->group(group);
    command.add_option("--key", access.key, "PEM file with this client's private key")->group(group);
    command.add_option("--client-id", access.clientId, "Application URI of this client, as its certificate has it")->group(group);
    command.add_flag("--no-verify", options.unverified, "Accept any certificate of the server")->group(group);
    command.add_option("--user-env", access.userVariable, "Environment variable that holds the user")->group(group);
    command.add_option("--password-env", access.passwordVariable, "Environment variable that holds the password")->group(group);
    command.add_option("--password-file", access.passwordFile, "File whose first line is the password")->group(group);
    command.add_option("--user-certificate", access.userCertificate, "PEM file with a user's certificate, in place of a password")
        ->group(group);
    command.add_option("--user-key", access.userKey, "PEM file with that user's private key")->group(group);
}

} // namespace

void addBrowse(CLI::App& program, Run& run) {
    CLI::App* command = program.add_subcommand("browse", "List what an OPC UA server offers, and write signals of it");
    command->footer("Example: millwright browse opc.tcp://plc:4840 --security none --filter press -o signals.toml");
    auto options = std::make_shared<Options>();
    command->add_option("SERVER", options->from, "A plant with a feed of kind opcua, or a server's address, opc.tcp://HOST[:4840]")
        ->required();
    command->add_option("--feed", options->feed, "Which of the plant's feeds; default: its only one of kind opcua");
    command->add_option("--node", options->browse.node, "Node to begin at, such as nsu=URI;s=NAME; default: the folder Objects");
    command->add_option("--depth", options->browse.depth, "Levels below that node; default: 64")->check(CLI::Range(1, 1000));
    command->add_option("--limit", options->browse.mostNodes, "Nodes to list at most; default: 100000")
        ->check(CLI::Range(1, 10'000'000));
    command->add_option("--filter", options->filter, "Only nodes with this text in their name or id, and those below them");
    command->add_option("-o,--output", options->output, "Write equipment and signals for plant.toml there; overwrites no file");
    command->add_flag("--json", options->json, "Print the answer as JSON");
    addAccess(*command, *options);
    command->callback([&run, options] { run = [options] { return browse(*options); }; });
}

} // namespace millwright::app
