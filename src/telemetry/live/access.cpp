#include "telemetry/live/access.hpp"

#include <format>

namespace millwright::telemetry {

Result<void> holdsNoSecret(std::string_view url) {
    if (!url.contains('@')) return {};
    return failure(ErrorCode::Invalid,
                   "the url holds a user or password: name the environment variables that do, with user_env and "
                   "password_env");
}

Result<void> filesExist(std::initializer_list<std::pair<const std::filesystem::path&, std::string_view>> files) {
    for (const auto& [file, key] : files) {
        std::error_code error;
        if (!file.empty() && !std::filesystem::is_regular_file(file, error))
            return failure(ErrorCode::NotFound, std::format("'{}' names a file that does not exist", key), file.string());
    }
    return {};
}

std::unexpected<Error> ofFeed(std::string_view id, Error error) {
    error.place = std::format("feed '{}'{}{}", id, error.place.empty() ? "" : ": ", error.place);
    return std::unexpected(std::move(error));
}

} // namespace millwright::telemetry
