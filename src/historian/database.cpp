#include "historian/database.hpp"

#include <bit>
#include <cmath>
#include <format>
#include <limits>
#include <optional>
#include <pqxx/pqxx>
#include <sys/socket.h>

namespace millwright::historian {
namespace {

/// The one NaN that text can say. Another one's bits stand in the column of integers.
constexpr std::uint64_t plainNan = std::bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN());

/// `key='value' ` of a connection string.
void add(std::string& to, std::string_view key, std::string_view value) {
    if (value.empty()) return;
    to += key;
    to += "='";
    for (const char c : value) {
        if (c == '\'' || c == '\\') to += '\\';
        to += c;
    }
    to += "' ";
}

bool isThisMachine(std::string_view host) {
    return host.starts_with('/') || host == "localhost" || host == "::1" || host.starts_with("127.");
}

std::string connectionString(const Access& access) {
    std::string text;
    add(text, "host", access.host);
    add(text, "port", std::to_string(access.port));
    add(text, "dbname", access.database);
    add(text, "user", access.user);
    add(text, "password", access.password);
    add(text, "sslcert", access.certificate.string());
    add(text, "sslkey", access.key.string());
    if (isThisMachine(access.host) && access.ca.empty()) {
        add(text, "sslmode", "prefer"); // nobody stands between
    } else if (access.verify) {
        add(text, "sslmode", "verify-full");
        add(text, "sslrootcert", access.ca.empty() ? "system" : access.ca.string());
    } else {
        add(text, "sslmode", "require");
    }
    // A server that is gone is noticed within half a minute, also where nothing says so.
    text += "connect_timeout=5 keepalives_idle=10 keepalives_interval=5 keepalives_count=3 tcp_user_timeout=25000 "
            "gssencmode=disable client_encoding=UTF8 application_name=millwright ";
    return text;
}

/// What the server or its client library says, on one line.
std::string oneLine(std::string_view text) {
    std::string line;
    for (const char c : text) {
        if (c == '\n' || c == '\t')
            line += line.ends_with(' ') ? "" : " ";
        else
            line += c;
    }
    while (line.ends_with(' ')) line.pop_back();
    return line;
}

std::unexpected<Error> failed(const std::exception& error) {
    std::string text = oneLine(error.what());
    if (dynamic_cast<const pqxx::insufficient_privilege*>(&error) != nullptr)
        text += ": the database's owner must grant it (docs/historian.md says what is needed)";
    return failure(ErrorCode::Unreadable, std::move(text));
}

std::unexpected<Error> notConnected(const std::exception& error) {
    std::string text = oneLine(error.what());
    if (text.contains("database") && text.contains("does not exist")) text += ": make it with `createdb`, or name another in 'url'";
    if (text.contains("password authentication failed") || text.contains("no password supplied"))
        text += ": see user_env and password_env, or password_file";
    return failure(ErrorCode::Unreadable, std::move(text));
}

} // namespace

std::string literal(std::string_view text) {
    std::string result = "'";
    for (const char c : text) result += c == '\'' ? "''" : std::string{c};
    return result + "'"; // as standard_conforming_strings, which is on unless the server was told otherwise
}

std::string arrayOf(const std::vector<std::string>& texts) {
    std::string result = "{";
    for (const std::string& text : texts) {
        if (result.size() > 1) result += ',';
        result += '"';
        for (const char c : text) {
            if (c == '"' || c == '\\') result += '\\';
            result += c;
        }
        result += '"';
    }
    return result + "}";
}

bool isText(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
        if (lead == 0 || length == 0 || i + length > text.size()) return false;
        std::uint32_t code = length == 1 ? lead : lead & (0x7Fu >> length);
        for (std::size_t k = 1; k < length; ++k) {
            const auto byte = static_cast<unsigned char>(text[i + k]);
            if ((byte & 0xC0) != 0x80) return false;
            code = code << 6 | (byte & 0x3F);
        }
        constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
        if (code < least[length] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
        i += length;
    }
    return true;
}

struct Database::State {
    explicit State(const std::string& how) : connection{how} {}

    pqxx::connection connection;
    std::optional<pqxx::work> transaction;

    /// Calls `work` with the open transaction, or with one that lasts for this call.
    template <typename Work>
    auto with(Work&& work) {
        if (transaction) return work(*transaction);
        pqxx::nontransaction once{connection};
        return work(once);
    }
};

Database::Database(std::unique_ptr<State> state) : state_{std::move(state)} {}
Database::~Database() {
    rollback();
}

Result<std::unique_ptr<Database>> Database::connect(const Access& access) {
    try {
        auto state = std::make_unique<State>(connectionString(access));
        state->connection.set_notice_handler([](pqxx::zview) noexcept {}); // else they go to standard error
        std::unique_ptr<Database> database{new Database{std::move(state)}};
        auto facts =
            database->query("select current_setting('server_version_num')::int / 10000, current_setting('server_version'), "
                            "current_setting('server_encoding')");
        if (!facts) return std::unexpected(facts.error());
        const Fields& said = facts->front();
        if (std::stoi(*said[0]) < 14)
            return failure(ErrorCode::Unsupported,
                           std::format("the server is PostgreSQL {}: version 14 or later is needed", *said[1]));
        if (*said[2] != "UTF8")
            return failure(ErrorCode::Unsupported,
                           std::format("the encoding of the database is {}: make one with `createdb -E UTF8 -T "
                                       "template0`",
                                       *said[2]));
        return database;
    } catch (const std::exception& error) {
        return notConnected(error);
    }
}

bool Database::alive() const {
    return state_->connection.is_open();
}

void Database::interrupt() const {
    const int socket = state_->connection.sock();
    if (socket >= 0) ::shutdown(socket, SHUT_RDWR);
}

Result<void> Database::begin() {
    try {
        state_->transaction.emplace(state_->connection);
        return {};
    } catch (const std::exception& error) {
        return failed(error);
    }
}

Result<void> Database::commit() {
    try {
        state_->transaction->commit();
        state_->transaction.reset();
        return {};
    } catch (const std::exception& error) {
        rollback();
        return failed(error);
    }
}

void Database::rollback() {
    if (!state_->transaction) return;
    try {
        state_->transaction->abort();
    } catch (const std::exception&) { // the connection is gone, and the transaction with it
    }
    state_->transaction.reset();
}

Result<void> Database::run(const std::string& statements) {
    try {
        state_->with([&](pqxx::transaction_base& open) { open.exec(statements); });
        return {};
    } catch (const std::exception& error) {
        return failed(error);
    }
}

Result<Table> Database::query(const std::string& statement, const std::vector<std::string>& parameters) {
    try {
        pqxx::params given;
        for (const std::string& each : parameters) given.append(each);
        const pqxx::result found = state_->with([&](pqxx::transaction_base& open) { return open.exec(statement, given); });
        Table table;
        for (const auto& row : found) {
            Fields& fields = table.emplace_back();
            for (const auto& field : row)
                fields.push_back(field.is_null() ? std::nullopt : std::optional<std::string>{field.view()});
        }
        return table;
    } catch (const std::exception& error) {
        return failed(error);
    }
}

Result<bool> Database::copy(const std::string& table, std::span<const Row> rows) {
    try {
        auto stream = pqxx::stream_to::raw_table(*state_->transaction, table, rowColumns);
        for (const Row& row : rows) {
            std::optional<double> number;
            std::optional<std::int64_t> whole;
            std::optional<std::string_view> text;
            switch (row.type) {
            case ValueType::Float:
                number = row.value.number;
                if (std::isnan(row.value.number) && row.value.bits != plainNan) whole = row.value.integer;
                break;
            case ValueType::Integer: whole = row.value.integer; break;
            case ValueType::Boolean: whole = row.value.boolean ? 1 : 0; break;
            case ValueType::String: text = row.text; break;
            }
            stream.write_values(row.time, row.signal, row.ordinal, static_cast<std::int16_t>(row.quality), number, whole, text);
        }
        stream.complete();
        return true;
    } catch (const pqxx::unique_violation&) {
        return false;
    } catch (const std::exception& error) {
        return failed(error);
    }
}

Result<void> Database::read(const std::string& select, const std::function<void(const Row&)>& each) {
    try {
        state_->with([&](pqxx::transaction_base& open) {
            for (const auto& [time, signal, ordinal, quality, number, whole, text] :
                 open.stream<std::int64_t, std::int32_t, std::int16_t, std::int16_t, std::optional<double>,
                             std::optional<std::int64_t>, std::optional<std::string>>(select)) {
                Row row{.time = time,
                        .signal = signal,
                        .ordinal = ordinal,
                        .quality = static_cast<Quality>(std::clamp<std::int16_t>(quality, 0, 3))};
                if (text) {
                    row.type = ValueType::String;
                    row.text = *text;
                } else if (number && whole) { // a NaN that says more
                    row.value = Value::of(*whole);
                } else if (number) {
                    row.value = Value::of(std::isnan(*number) ? std::bit_cast<double>(plainNan) : *number);
                } else {
                    row.type = ValueType::Integer;
                    row.value = Value::of(whole.value_or(0));
                }
                each(row);
            }
        });
        return {};
    } catch (const std::exception& error) {
        return failed(error);
    }
}

} // namespace millwright::historian
