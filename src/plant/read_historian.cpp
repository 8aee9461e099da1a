#include "plant/read_historian.hpp"

#include "plant/reader.hpp"

#include <cctype>
#include <charconv>
#include <format>
#include <string_view>

namespace millwright::plant {
namespace {

constexpr std::string_view form = "postgresql://HOST[:5432]/DATABASE";

/// Text in which %2F stands for a slash and so on. None where a % is not followed by two hexadecimal digits.
std::optional<std::string> decoded(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            result.push_back(text[i]);
            continue;
        }
        unsigned byte = 0;
        const std::string_view digits = text.substr(i + 1, 2);
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
        if (digits.size() != 2 || read.ptr != digits.data() + 2 || byte == 0) return std::nullopt;
        result.push_back(static_cast<char>(byte));
        i += 2;
    }
    return result;
}

/// What is wrong with the url; empty where `historian` has its parts now. Never repeats it: it may hold a password.
std::string readUrl(std::string_view url, Historian& historian) {
    for (const std::string_view scheme : {"postgresql://", "postgres://"}) {
        if (!url.starts_with(scheme)) continue;
        url.remove_prefix(scheme.size());
        if (url.contains('@'))
            return "the url holds a user or password: name the environment variables that do, with user_env and password_env";
        if (url.contains('?')) return std::format("the url has no parameters: it is {}", form);
        const std::size_t slash = url.find('/');
        if (slash == std::string_view::npos || slash + 1 == url.size())
            return std::format("the url names no database: it is {}", form);
        std::string_view host = url.substr(0, slash), port;
        if (const std::size_t colon = host.rfind(':'); colon != std::string_view::npos && !host.ends_with(']')) {
            port = host.substr(colon + 1);
            host = host.substr(0, colon);
            const auto read = std::from_chars(port.data(), port.data() + port.size(), historian.port);
            if (read.ec != std::errc{} || read.ptr != port.data() + port.size() || historian.port < 1 || historian.port > 65535)
                return std::format("'{}' is no port", port);
        }
        if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
        const auto hostName = decoded(host), database = decoded(url.substr(slash + 1));
        if (!hostName || !database) return "a % in the url is not followed by two hexadecimal digits";
        if (hostName->empty()) return std::format("the url names no host: it is {}", form);
        historian.host = *hostName;
        historian.database = *database;
        return {};
    }
    return std::format("is no such url: it is {}", form);
}

void checkSchema(const Reader& reader, ReadContext& context) {
    const Node* node = reader.find("schema", Node::Kind::String);
    if (node == nullptr) return;
    const std::string_view name = node->text;
    const bool letters = std::ranges::all_of(name, [](unsigned char c) { return c < 128 && (std::isalnum(c) != 0 || c == '_'); });
    if (name.empty() || name.size() > 63 || !letters || std::isdigit(static_cast<unsigned char>(name.front())) != 0 ||
        name.starts_with("pg_"))
        context.problems.add(node->at, "'schema' has letters, digits and _, up to 63, and begins with neither a digit nor pg_");
}

} // namespace

std::optional<Historian> readHistorian(const Node& root, ReadContext& context, bool wanted) {
    const Node* table = root.find("historian");
    if (table == nullptr || table->kind != Node::Kind::Table) return std::nullopt;
    const Reader reader{*table};
    const auto file = [&](std::string_view key) {
        const Node* node = reader.find(key, Node::Kind::String);
        return node != nullptr && wanted ? context.file(*node, key) : std::filesystem::path{};
    };
    Historian historian;
    if (const Node* url = reader.find("url", Node::Kind::String)) {
        historian.url = url->text;
        if (const std::string wrong = readUrl(url->text, historian); !wrong.empty()) context.problems.add(url->at, wrong);
    }
    checkSchema(reader, context);
    if (reader.find("schema") != nullptr) historian.schema = reader.text("schema");
    historian.batchSize = static_cast<std::size_t>(std::max<std::int64_t>(1, reader.integer("batch_size", 50'000)));
    historian.batchInterval = reader.duration("batch_interval").value_or(historian.batchInterval);
    historian.retention = reader.duration("retention");
    if (reader.find("password_env") != nullptr && reader.find("password_file") != nullptr)
        context.problems.add(reader.at("password_file"), "give either 'password_env' or 'password_file', not both");
    for (const auto& [given, missing] : {std::pair{"certificate", "key"}, {"key", "certificate"}})
        if (reader.find(given) != nullptr && reader.find(missing) == nullptr)
            context.problems.add(reader.at(given), std::format("'{}' is of no use without '{}'", given, missing));
    historian.userVariable = reader.text("user_env");
    historian.passwordVariable = reader.text("password_env");
    historian.passwordFile = file("password_file");
    historian.ca = file("ca");
    historian.certificate = file("certificate");
    historian.key = file("key");
    historian.verify = reader.boolean("verify", true);
    return historian;
}

} // namespace millwright::plant
