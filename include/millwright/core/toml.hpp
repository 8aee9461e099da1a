#pragma once

#include <millwright/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millwright {

/// A place in a text file, counted from one; columns are characters.
struct TextPosition {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
    friend auto operator<=>(const TextPosition&, const TextPosition&) = default;
};

/// One value of a TOML document. Views stay valid while the `TomlDocument` lives.
struct TomlNode {
    enum class Kind : std::uint8_t { Table, Array, String, Integer, Float, Boolean, Date };

    Kind kind = Kind::Table;
    bool boolean = false;
    TextPosition at;       ///< where the value is
    TextPosition keyAt;    ///< where its key is, for a member of a table
    std::string_view key;  ///< for a member of a table
    std::string_view text; ///< of a String
    double number = 0;     ///< of a Float or an Integer
    std::int64_t integer = 0;
    std::vector<TomlNode> children; ///< of a table or an array, in file order

    [[nodiscard]] bool isNumber() const { return kind == Kind::Integer || kind == Kind::Float; }
    /// The member named `name` of a table, or null.
    [[nodiscard]] const TomlNode* find(std::string_view name) const;
};

/// Where in `source`, the whole file, the character stands that became byte `offset` of a string's text: behind the quotes, and
/// behind escapes, each of which is several characters that became one.
[[nodiscard]] TextPosition placeInText(std::string_view source, const TomlNode& node, std::size_t offset);

/// What a file may ask for; a text beyond it is refused before memory or stack is spent on it.
struct TomlLimits {
    std::size_t bytes = 4u << 20;
    std::size_t values = 500'000; ///< a value takes up to 300 bytes while the file is read
    std::string_view file = "a TOML file";
    std::string_view advice = {}; ///< what to do about a file with too many bytes: ": split it"
};

/// A parsed TOML text; the only thing that knows the TOML library.
class TomlDocument {
public:
    /// `file` is for messages. Errors: Malformed (a syntax error, at `file:line:column`), ResourceLimit (too large or too deeply
    /// nested). Thread: any.
    [[nodiscard]] static Result<TomlDocument> parse(std::string_view text, std::string_view file, const TomlLimits& limits = {});

    TomlDocument(TomlDocument&&) noexcept;
    TomlDocument& operator=(TomlDocument&&) noexcept;
    ~TomlDocument();

    [[nodiscard]] const TomlNode& root() const { return root_; }

private:
    struct Storage;
    TomlDocument();
    std::unique_ptr<Storage> storage_;
    TomlNode root_;
};

} // namespace millwright
