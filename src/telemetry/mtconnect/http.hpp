#pragma once

#include <millwright/core/result.hpp>
#include <millwright/telemetry/mtconnect.hpp>

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace millwright::telemetry::mtconnect {

/// Gets documents from a server, over one connection that is kept. Thread: one.
class HttpClient {
public:
    explicit HttpClient(const MtconnectOptions& options);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// Returns false to end the answer early; may use the document up.
    using Taker = std::function<bool(std::string& document)>;
    /// Asks for `path` below the server's address and hands over each part of the answer as soon as it is complete, or all of it if
    /// it has no parts. Returns when the answer is at its end, was ended early, or `stop` is requested. Errors: Unavailable (what
    /// went wrong with the connection, silence, or a document that is too long).
    [[nodiscard]] Result<void> get(const std::string& path, Duration silence, const Taker& take, const std::stop_token& stop);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The address with a slash at its end. Errors: Invalid, with what to write instead.
[[nodiscard]] Result<std::string> checkedUrl(const std::string& url);

} // namespace millwright::telemetry::mtconnect
