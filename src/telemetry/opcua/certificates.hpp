#pragma once

#include <millwright/core/result.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace millwright::telemetry::opcua {

/// The certificates and revocation lists of a file, each in DER.
struct Certificates {
    std::vector<std::string> certificates;
    std::vector<std::string> revocationLists;
};

/// Reads PEM, in which other blocks are passed over, or one certificate in DER. Errors: Malformed.
[[nodiscard]] Result<Certificates> certificatesIn(std::string_view bytes);
/// The same of a file. Errors also: NotFound, Unreadable.
[[nodiscard]] Result<Certificates> readCertificates(const std::filesystem::path& file);

} // namespace millwright::telemetry::opcua
