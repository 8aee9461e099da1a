#pragma once

#include <millwright/core/value.hpp>
#include <millwright/telemetry/sample.hpp>

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The `json` channel encoding, ours and others': one sample a message (docs/log-format.md).
namespace millwright::telemetry {

inline constexpr std::string_view jsonEncoding = "json";
inline constexpr std::string_view signalEncoding = "millwright.signal.v1"; ///< of channels whose samples lie in columns messages

enum class JsonKind : std::uint8_t { Invalid, Null, Boolean, Number, String, Object, Array };

/// A value as it stands in a document.
struct JsonToken {
    JsonKind kind = JsonKind::Invalid;
    std::string_view
        text; ///< number literal; `true`; a string without its quotes, escapes not yet undone; or all of an object or array
    /// Bytes of it in the document, quotes included.
    [[nodiscard]] std::size_t length() const { return text.size() + (kind == JsonKind::String ? 2 : 0); }
};

/// The value at `path` (member names, or element numbers of arrays) in `document`; Invalid if there is none or the text before it
/// is not JSON. Allocates nothing.
[[nodiscard]] JsonToken jsonAt(std::string_view document, std::span<const std::string> path);

/// Places in documents that are looked up all in one pass.
class JsonPlaces {
public:
    /// `path` as for `jsonAt`.
    void add(std::span<const std::string> path, std::uint32_t number);
    /// Puts the value at each place at its number in `found`, whose tokens are Invalid before and stay so where there is nothing.
    void find(const JsonToken& root, std::span<JsonToken> found) const;

private:
    struct Part;
    std::vector<std::uint32_t> wanted_; ///< numbers of this very place
    std::vector<Part> parts_;           ///< ascending by name
};
struct JsonPlaces::Part {
    std::string name;
    JsonPlaces below;
};

/// A sample read from a message. Quality is `good` when the message has none, and a value of null is Bad.
struct JsonSample {
    JsonToken value;
    Quality quality = Quality::Good;
};
/// Reads `{"value": …, "quality": …}` in one pass, or a bare number, boolean or string. Members that are not known are passed over.
[[nodiscard]] JsonSample jsonSample(std::string_view document);

/// A string with its escapes undone, in `scratch` if it has any; anything else as it stands. False if an escape is wrong.
[[nodiscard]] bool jsonText(const JsonToken& token, std::string& scratch, std::string_view& text);

/// `NaN`, `Infinity`, `-Infinity`: numbers that JSON has no other words for. False for any other text.
[[nodiscard]] bool specialNumber(std::string_view text, double& number);

/// Calls `visit(key, value)` for each member of an object, or with element numbers for an array, until it returns false. Keys have
/// their escapes; those of an object lie in the token's text, element numbers live only during the visit. False if the text is not
/// well formed up to there, or of another kind.
[[nodiscard]] bool forEachJsonMember(const JsonToken& token, const std::function<bool(std::string_view, const JsonToken&)>& visit);

/// The value of a token as `type`; `converted` says whether the token was of another kind. False if it cannot be had.
[[nodiscard]] bool jsonValue(const JsonToken& token, ValueType type, StringTable& strings, std::string& scratch, Value& value,
                             bool& converted);

/// Appends `{"value":12.3}`, with `"quality"` where it is not good.
void writeJsonSample(const Sample& sample, const StringTable& strings, std::vector<std::byte>& out);
/// The JSON Schema that goes with `writeJsonSample`.
[[nodiscard]] std::string_view jsonSampleSchema();

/// Calls `leaf` for each number, boolean and string in `document` with its path of names, at most `limit` of them.
void forEachJsonLeaf(std::string_view document, std::size_t limit,
                     const std::function<void(std::span<const std::string> path, JsonKind kind)>& leaf);

[[nodiscard]] std::string_view name(Quality quality); ///< `good`, `uncertain`, `bad`, `stale`
[[nodiscard]] std::string_view name(ValueType type);  ///< `float`, `integer`, `boolean`, `string`
/// False if `text` names none.
[[nodiscard]] bool parseName(std::string_view text, ValueType& type);
[[nodiscard]] bool parseName(std::string_view text, Quality& quality);

} // namespace millwright::telemetry
