// Any bytes as a file of certificates and revocation lists, PEM or DER.
#include "telemetry/opcua/certificates.hpp"

#include <cstddef>
#include <cstdint>

using namespace millwright;
using namespace millwright::telemetry::opcua;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    const auto found = certificatesIn(bytes);
    if (!found) {
        if (found.error().code != ErrorCode::Malformed || found.error().message.empty()) __builtin_trap();
        return 0;
    }
    if (found->certificates.empty()) __builtin_trap();
    std::size_t sum = 0;
    for (const auto* all : {&found->certificates, &found->revocationLists})
        for (const std::string& der : *all) {
            if (der.empty()) __builtin_trap();
            sum += der.size();
        }
    if (sum > size) __builtin_trap(); // Base64 is longer than what it says
    return 0;
}
