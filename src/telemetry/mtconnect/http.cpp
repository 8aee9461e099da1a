#include "telemetry/mtconnect/http.hpp"

#include "telemetry/live/access.hpp"
#include "telemetry/mtconnect/multipart.hpp"

#include <algorithm>
#include <chrono>
#include <curl/curl.h>
#include <format>
#include <optional>
#include <string_view>
#include <utility>

namespace millwright::telemetry::mtconnect {
namespace {

constexpr long connectSeconds = 10;

/// Set once for the process, before the first transfer: the library is not ready for threads until then.
void startLibrary() {
    static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    static_cast<void>(started);
}

} // namespace

struct HttpClient::State {
    std::string url;
    std::size_t maximumBytes;
    CURL* easy;
    CURLM* multi;
    char reason[CURL_ERROR_SIZE] = {};

    // Of the answer that comes:
    const Taker* take = nullptr;
    std::optional<MultipartReader> parts; ///< once its type is known to have some
    std::string whole;
    bool begun = false, ended = false, tooLong = false;
    std::chrono::steady_clock::time_point heard;

    explicit State(const MtconnectOptions& options);
    ~State() {
        curl_multi_remove_handle(multi, easy);
        curl_multi_cleanup(multi);
        curl_easy_cleanup(easy);
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    template <typename Setting>
    void set(CURLoption option, Setting setting) {
        curl_easy_setopt(easy, option, setting);
    }
    void setFile(CURLoption option, const std::filesystem::path& file) {
        if (!file.empty()) set(option, file.c_str());
    }
    [[nodiscard]] bool takeBytes(std::string_view bytes);
    [[nodiscard]] Result<void> transfer(Duration silence, const std::stop_token& stop);
    [[nodiscard]] Result<void> finish(CURLcode result);
    [[nodiscard]] std::unexpected<Error> cannot(std::string_view what) const {
        return failure(ErrorCode::Unreadable, std::format("{}: {}", url, what));
    }

    static std::size_t received(char* bytes, std::size_t size, std::size_t count, void* context) {
        return static_cast<State*>(context)->takeBytes({bytes, size * count}) ? size * count : CURL_WRITEFUNC_ERROR;
    }
};

HttpClient::State::State(const MtconnectOptions& options) : url{options.url}, maximumBytes{options.maximumDocumentBytes} {
    startLibrary();
    easy = curl_easy_init();
    multi = curl_multi_init();
    set(CURLOPT_ERRORBUFFER, reason);
    set(CURLOPT_WRITEFUNCTION, received);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_CONNECTTIMEOUT, connectSeconds);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_USERAGENT, "millwright");
    if (!options.user.empty()) set(CURLOPT_USERNAME, options.user.c_str());
    if (!options.password.empty()) set(CURLOPT_PASSWORD, options.password.c_str());
    setFile(CURLOPT_CAINFO, options.ca);
    setFile(CURLOPT_SSLCERT, options.certificate);
    setFile(CURLOPT_SSLKEY, options.key);
    set(CURLOPT_SSL_VERIFYPEER, options.verify ? 1L : 0L);
    set(CURLOPT_SSL_VERIFYHOST, options.verify ? 2L : 0L);
}

/// False: no more of this answer is wanted.
bool HttpClient::State::takeBytes(std::string_view bytes) {
    heard = std::chrono::steady_clock::now();
    if (!std::exchange(begun, true)) {
        const char* type = nullptr;
        curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
        if (const std::string boundary = boundaryOf(type != nullptr ? type : ""); !boundary.empty())
            parts.emplace(boundary, maximumBytes);
    }
    if (parts) {
        tooLong = !parts->take(bytes, [this](std::string& part) { ended = ended || !(*take)(part); });
        return !tooLong && !ended;
    }
    tooLong = whole.size() + bytes.size() > maximumBytes;
    if (!tooLong) whole += bytes;
    return !tooLong;
}

/// Until the answer has come, or nothing more is to.
Result<void> HttpClient::State::transfer(Duration silence, const std::stop_token& stop) {
    const std::stop_callback wakeUp{stop, [this] { curl_multi_wakeup(multi); }};
    heard = std::chrono::steady_clock::now();
    for (int running = 1; running > 0;) {
        if (curl_multi_perform(multi, &running) != CURLM_OK) return cannot("out of memory");
        if (stop.stop_requested()) return {};
        if (std::chrono::steady_clock::now() - heard > silence) return cannot("it is silent");
        if (running > 0) curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
    }
    int left = 0;
    const CURLMsg* const message = curl_multi_info_read(multi, &left);
    return finish(message != nullptr ? message->data.result : CURLE_OUT_OF_MEMORY);
}

Result<void> HttpClient::State::finish(CURLcode result) {
    if (tooLong) return cannot(std::format("it sends a document of more than {} MiB", maximumBytes >> 20));
    if (ended) return {};
    if (result != CURLE_OK) return cannot(reason[0] != '\0' ? reason : curl_easy_strerror(result));
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    constexpr long unauthorised = 401, forbidden = 403;
    if (status == unauthorised || status == forbidden) return cannot(std::format("user or password is refused (HTTP {})", status));
    constexpr long wrong = 400;
    if (status >= wrong && !whole.contains("MTConnectError")) return cannot(std::format("HTTP status {}", status));
    if (!parts) (*take)(whole);
    return {};
}

HttpClient::HttpClient(const MtconnectOptions& options) : state_{std::make_unique<State>(options)} {}
HttpClient::~HttpClient() = default;

Result<void> HttpClient::get(const std::string& path, Duration silence, const Taker& take, const std::stop_token& stop) {
    State& state = *state_;
    const std::string address = state.url + path;
    state.set(CURLOPT_URL, address.c_str());
    state.take = &take;
    state.parts.reset();
    state.whole.clear();
    state.begun = state.ended = state.tooLong = false;
    state.reason[0] = '\0';
    curl_multi_add_handle(state.multi, state.easy);
    auto done = state.transfer(silence, stop);
    curl_multi_remove_handle(state.multi, state.easy);
    return done;
}

Result<std::string> checkedUrl(const std::string& url) {
    const auto wrong = [&](std::string_view what) {
        return failure(ErrorCode::Invalid,
                       std::format("'{}' {}: write http://HOST[:PORT][/PATH], or https://… for TLS", url, what));
    };
    if (auto good = holdsNoSecret(url); !good) return std::unexpected(good.error());
    if (!url.starts_with("http://") && !url.starts_with("https://")) return wrong("is no address of an MTConnect agent");
    if (url.find_first_of("?# ") != std::string::npos) return wrong("has more than a path");
    CURLU* const parsed = curl_url();
    const bool good = curl_url_set(parsed, CURLUPART_URL, url.c_str(), 0) == CURLUE_OK;
    curl_url_cleanup(parsed);
    if (!good) return wrong("names no host, or no port that can be");
    return url.ends_with('/') ? url : url + '/';
}

} // namespace millwright::telemetry::mtconnect
