#include "telemetry/sparkplug/payload.hpp"

#include <algorithm>
#include <zlib.h>

namespace millwright::telemetry::sparkplug {

bool inflateBody(std::span<const std::byte> body, std::size_t limit, std::vector<std::byte>& out) {
    out.clear();
    z_stream stream{};
    constexpr int zlibOrGzip = 15 + 32; // window bits; 32: tell by the header which of the two it is
    if (inflateInit2(&stream, zlibOrGzip) != Z_OK) return false;
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(body.data())); // NOLINT: zlib only reads it
    stream.avail_in = static_cast<uInt>(body.size());
    int status = Z_OK;
    while (status == Z_OK && out.size() < limit) {
        const std::size_t used = out.size();
        out.resize(std::min(limit, used + std::max<std::size_t>(4096, used)));
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + used);
        stream.avail_out = static_cast<uInt>(out.size() - used);
        status = inflate(&stream, Z_NO_FLUSH);
        out.resize(out.size() - stream.avail_out);
    }
    inflateEnd(&stream);
    return status == Z_STREAM_END;
}

} // namespace millwright::telemetry::sparkplug
