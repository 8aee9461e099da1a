#pragma once

#include <millwright/core/result.hpp>
#include <millwright/core/value.hpp>
#include <millwright/historian/historian.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millwright::historian {

/// A sample as the table of samples holds it.
struct Row {
    std::int64_t time = 0;    ///< ns since 1970
    std::int32_t signal = 0;  ///< its id in the table of signals
    std::int16_t ordinal = 0; ///< among its signal's samples of that time
    Quality quality = Quality::Good;
    ValueType type = ValueType::Float;
    Value value;             ///< unless a string
    std::string_view text{}; ///< of a string
};

/// Fields as the server writes them; none where they are null.
using Fields = std::vector<std::optional<std::string>>;
using Table = std::vector<Fields>;

/// One connection to a PostgreSQL server. Thread: one at a time, but for `interrupt`.
/// Errors of every call: Unreadable with what the server says; `alive` tells whether the connection is lost.
class Database {
public:
    /// Takes at most five seconds for each address of the host. Errors: also Unsupported (server, or encoding of the database).
    [[nodiscard]] static Result<std::unique_ptr<Database>> connect(const Access& access);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    [[nodiscard]] bool alive() const;
    /// Makes a call that waits for the server fail, and all after it. Thread: any, while this lives.
    void interrupt() const;

    [[nodiscard]] Result<void> begin();
    [[nodiscard]] Result<void> commit();
    void rollback(); ///< also where no transaction is open

    /// Statements without parameters, whose answers nobody needs.
    [[nodiscard]] Result<void> run(const std::string& statements);
    /// One statement; $1, $2 … stand for the parameters.
    [[nodiscard]] Result<Table> query(const std::string& statement, const std::vector<std::string>& parameters = {});
    /// Copies rows into a table of samples, inside a transaction. False where one of them is there already: nothing but `rollback`
    /// is of use then.
    [[nodiscard]] Result<bool> copy(const std::string& table, std::span<const Row> rows);
    /// Hands out the rows that a `select` of `rowColumns` finds. Texts are valid during the call. None of the rows is kept here, so
    /// there may be any number.
    [[nodiscard]] Result<void> read(const std::string& select, const std::function<void(const Row&)>& each);

private:
    struct State;
    explicit Database(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// The columns of the table of samples, in the order in which rows are read and written.
inline constexpr std::string_view rowColumns = "time, signal, ordinal, quality, number, whole, text";

/// `text` between quotes, as a statement needs it. Only for text without a NUL.
[[nodiscard]] std::string literal(std::string_view text);
/// An array of texts as a parameter.
[[nodiscard]] std::string arrayOf(const std::vector<std::string>& texts);
/// Whether PostgreSQL can hold it: UTF-8 without a NUL.
[[nodiscard]] bool isText(std::string_view text);

} // namespace millwright::historian
