#include <millwright/core/mapped_file.hpp>

#include <app/credentials.hpp>
#include <cstdlib>
#include <format>

namespace millwright::app {
namespace {

Result<std::string> variable(const std::string& name, std::string_view key, const std::string& whose) {
    if (name.empty()) return std::string{};
    if (const char* value = std::getenv(name.c_str()); value != nullptr) return std::string{value};
    return failure(ErrorCode::NotFound, std::format("the environment variable {} that '{}' names is not set", name, key), whose);
}

Result<std::string> password(const CredentialPlaces& places, const std::string& whose) {
    if (places.passwordFile.empty()) return variable(places.passwordVariable, "password_env", whose);
    auto text = readFile(places.passwordFile, 64u << 10);
    if (!text) return std::unexpected(text.error());
    return text->substr(0, text->find_first_of("\r\n"));
}

} // namespace

Result<Credentials> readCredentials(const CredentialPlaces& places, const std::string& whose) {
    auto user = variable(places.userVariable, "user_env", whose);
    if (!user) return std::unexpected(user.error());
    auto secret = password(places, whose);
    if (!secret) return std::unexpected(secret.error());
    return Credentials{std::move(*user), std::move(*secret)};
}

} // namespace millwright::app
