#pragma once

#include "telemetry/encoding/json_sample.hpp"
#include "telemetry/import/signals.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millwright::telemetry {

/// The documents of a file of JSON, one after the other: one a line, or the elements of an array, or however they follow.
class DocumentReader {
public:
    /// `text` outlives the reader.
    explicit DocumentReader(std::string_view text);

    /// False at the end. A document of kind Invalid could not be read; unless documents are lines, nothing follows it. What is
    /// in an object or array has yet to be found well formed.
    bool next(JsonToken& document);
    /// Of the document that was read last.
    [[nodiscard]] TextPlace place() const { return place_; }
    /// At the end: whether the array is not closed.
    [[nodiscard]] bool isCut() const { return array_; }
    /// How much of the text is read.
    [[nodiscard]] double fraction() const;

private:
    void readLine(JsonToken& document);
    void readAnywhere(JsonToken& document);
    void skipBlanks();
    void moveTo(std::size_t at);

    std::string_view text_;
    std::size_t at_ = 0, lineStart_ = 0;
    std::uint64_t line_ = 1;
    TextPlace place_;
    bool lines_ = false, array_ = false;
};

/// The text with `NaN` and infinities that stand bare, as Python writes them, in quotes.
[[nodiscard]] std::string withQuotedSpecials(std::string_view text);

} // namespace millwright::telemetry
