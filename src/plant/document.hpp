#pragma once

#include <millwright/core/result.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millwright::plant {

/// A place in a text file, counted from one; columns are characters.
struct Position {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
    friend auto operator<=>(const Position&, const Position&) = default;
};

/// One value of a TOML document. Views stay valid while the `Document` lives.
struct Node {
    enum class Kind : std::uint8_t { Table, Array, String, Integer, Float, Boolean, Date };

    Kind kind = Kind::Table;
    bool boolean = false;
    Position at;           ///< where the value is
    Position keyAt;        ///< where its key is, for a member of a table
    std::string_view key;  ///< for a member of a table
    std::string_view text; ///< of a String
    double number = 0;     ///< of a Float or an Integer
    std::int64_t integer = 0;
    std::vector<Node> children; ///< of a table or an array, in file order

    [[nodiscard]] bool isNumber() const { return kind == Kind::Integer || kind == Kind::Float; }
    /// The member named `name` of a table, or null.
    [[nodiscard]] const Node* find(std::string_view name) const;
};

/// A parsed TOML text; the only thing that knows the TOML library.
class Document {
public:
    /// Errors: Malformed (a syntax error, at `file:line:column`), ResourceLimit (too large or too deeply nested).
    [[nodiscard]] static Result<Document> parse(std::string_view text, std::string_view file);

    Document(Document&&) noexcept;
    Document& operator=(Document&&) noexcept;
    ~Document();

    [[nodiscard]] const Node& root() const { return root_; }

private:
    struct Storage;
    Document();
    std::unique_ptr<Storage> storage_;
    Node root_;
};

} // namespace millwright::plant
