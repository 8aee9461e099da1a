#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace millwright::telemetry::mtconnect {

/// Cuts the body of a multipart answer (RFC 2046), which comes piece by piece and without end, into its parts. Thread: one.
class MultipartReader {
public:
    /// `boundary` as the content type gives it. A part beyond `maximumBytes` ends the reading.
    MultipartReader(std::string_view boundary, std::size_t maximumBytes) : delimiter_{"--"}, maximumBytes_{maximumBytes} {
        delimiter_ += boundary;
    }

    /// Takes the next bytes and calls `part` with the content of each part that is now complete; it may use it up. A part is
    /// complete when as many bytes are there as its head says, or else when the next delimiter is. False: a part is too long.
    [[nodiscard]] bool take(std::string_view bytes, const std::function<void(std::string&)>& part);

private:
    enum class At : unsigned char { Delimiter, Head, Body };

    [[nodiscard]] bool step(const std::function<void(std::string&)>& part);
    [[nodiscard]] std::size_t find(std::string_view text);
    void moveTo(At next, std::size_t bytes);

    std::string delimiter_;
    std::size_t maximumBytes_;
    At at_ = At::Delimiter;
    std::optional<std::size_t> length_; ///< of the body, where its head says so
    std::string waiting_;               ///< what is to be read next
    std::size_t searched_ = 0;          ///< bytes of it in which what is looked for does not begin
    std::string part_;
};

/// The boundary that a content type names: `multipart/x-mixed-replace;boundary="a b"` gives `a b`. Empty: it is no multipart.
[[nodiscard]] std::string boundaryOf(std::string_view contentType);

} // namespace millwright::telemetry::mtconnect
