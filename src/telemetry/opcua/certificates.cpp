#include "telemetry/opcua/certificates.hpp"

#include "telemetry/opcua/native.hpp"

#include <millwright/core/mapped_file.hpp>

#include <algorithm>
#include <format>
#include <optional>

namespace millwright::telemetry::opcua {
namespace {

constexpr std::size_t largestFile = 16u << 20;
constexpr std::string_view begin = "-----BEGIN ", dashes = "-----";

std::optional<std::string> fromBase64(std::string_view text) {
    std::string packed;
    std::ranges::copy_if(text, std::back_inserter(packed), [](char c) { return c > ' '; });
    Owned<UA_ByteString, UA_TYPES_BYTESTRING> bytes;
    const UA_String from = borrowed(packed);
    if (packed.empty() || UA_ByteString_fromBase64(&*bytes, &from) != UA_STATUSCODE_GOOD || bytes->length == 0) return std::nullopt;
    return std::string{view(*bytes)};
}

} // namespace

Result<Certificates> certificatesIn(std::string_view bytes) {
    Certificates found;
    constexpr char sequence = 0x30; // how everything in DER begins that is a certificate
    if (bytes.starts_with(sequence) && !bytes.contains(begin)) {
        found.certificates.emplace_back(bytes);
        return found;
    }
    for (std::size_t at = bytes.find(begin); at != std::string_view::npos; at = bytes.find(begin, at)) {
        at += begin.size();
        const std::size_t labelEnd = bytes.find(dashes, at);
        if (labelEnd == std::string_view::npos) break;
        const std::string_view label = bytes.substr(at, labelEnd - at);
        const std::size_t from = labelEnd + dashes.size();
        const bool certificate = label == "CERTIFICATE", revocations = label == "X509 CRL";
        at = from;
        if (!certificate && !revocations) continue;
        const std::size_t to = bytes.find(std::format("-----END {}-----", label), from);
        auto der = to == std::string_view::npos ? std::nullopt : fromBase64(bytes.substr(from, to - from));
        if (!der) return failure(ErrorCode::Malformed, std::format("its {} is cut off or no base64", label));
        at = to; // not before, so that each byte is looked at once
        (certificate ? found.certificates : found.revocationLists).push_back(std::move(*der));
    }
    if (found.certificates.empty()) return failure(ErrorCode::Malformed, "has no certificate: it is to be PEM, or one in DER");
    return found;
}

Result<Certificates> readCertificates(const std::filesystem::path& file) {
    const auto bytes = readFile(file, largestFile);
    if (!bytes) return std::unexpected(bytes.error());
    auto found = certificatesIn(*bytes);
    if (!found) found.error().place = file.string();
    return found;
}

} // namespace millwright::telemetry::opcua
