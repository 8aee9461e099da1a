// Any bytes as a capture of MTConnect documents, behind a mapping file up to the first line of dashes.
#include "import_text.hpp"

using namespace millwright::telemetry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return importAnyText(TextFormat::Mtconnect, data, size);
}
