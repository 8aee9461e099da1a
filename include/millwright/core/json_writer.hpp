#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace millwright {

/// Writes one JSON document into a string, indented by two spaces, keys in the order given. Numbers are the shortest text that
/// reads back to the same double; NaN and infinities become null. Misuse (a value without its key) asserts.
///
///     JsonWriter json;
///     json.beginObject().key("samples").value(12).key("tags").beginArray().value("a").endArray().endObject();
class JsonWriter {
public:
    JsonWriter& beginObject();
    JsonWriter& endObject();
    JsonWriter& beginArray();
    JsonWriter& endArray();
    JsonWriter& key(std::string_view name);

    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view{text}); }
    JsonWriter& value(const std::string& text) { return value(std::string_view{text}); }
    JsonWriter& value(bool flag);
    JsonWriter& value(double number);
    template <typename T>
        requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
    JsonWriter& value(T number) {
        if constexpr (std::is_signed_v<T>)
            return signedValue(number);
        else
            return unsignedValue(number);
    }
    JsonWriter& null();
    /// `key` and `value` in one.
    template <typename T>
    JsonWriter& field(std::string_view name, const T& v) {
        return key(name).value(v);
    }

    /// The document so far, ending in a newline once the outermost value is closed.
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    JsonWriter& signedValue(std::int64_t number);
    JsonWriter& unsignedValue(std::uint64_t number);
    void beforeValue();
    void newLine();
    void afterValue();

    struct Level {
        bool object;
        bool empty;
    };
    std::string text_;
    std::vector<Level> levels_;
    bool afterKey_ = false;
};

/// Length of the well-formed UTF-8 sequence at `text[at]`; 0 where there is none. `at` must be in the text.
[[nodiscard]] std::size_t utf8Length(std::string_view text, std::size_t at);

/// `text` as a JSON string, quotes included; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string jsonQuoted(std::string_view text);

} // namespace millwright
