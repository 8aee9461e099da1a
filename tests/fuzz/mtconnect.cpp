// Any bytes as what an MTConnect agent answers: after the first byte, which says in how many pieces they come, a multipart body
// with the boundary `b`; without parts, all of it is one document. Each document is read as the answer to what is asked for next.
#include "telemetry/mtconnect/agent.hpp"
#include "telemetry/mtconnect/multipart.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>

using namespace millwright;
using namespace millwright::telemetry;

namespace {

struct Signals final : mtconnect::Sink {
    void told(const Sample& sample, std::string_view text, bool) override {
        if (sample.signal >= SignalIndex{4}) __builtin_trap();
        if (sample.type != ValueType::String && !text.empty() && sample.quality == Quality::Bad) __builtin_trap();
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    Signals signals;
    mtconnect::AgentClient client{{{SignalIndex{0}, ValueType::Float, "m", "d/x"},
                                   {SignalIndex{1}, ValueType::String, "", "d/c"},
                                   {SignalIndex{2}, ValueType::String, "", "d/c/code"},
                                   {SignalIndex{3}, ValueType::Integer, "", "d/s/k"}},
                                  std::chrono::milliseconds{100},
                                  std::chrono::seconds{1},
                                  signals};
    const auto answer = [&](std::string& document) {
        if (!client.answer(document)) client.lost();
        if (client.request().empty()) __builtin_trap();
    };
    mtconnect::MultipartReader reader{"b", 1 << 20};
    std::string_view body{reinterpret_cast<const char*>(data + 1), size - 1};
    if (!body.contains("--b")) {
        std::string document{body};
        answer(document);
        return 0;
    }
    const std::size_t piece = 1 + data[0];
    for (; !body.empty(); body.remove_prefix(std::min(piece, body.size())))
        if (!reader.take(body.substr(0, piece), answer)) return 0;
    return 0;
}
