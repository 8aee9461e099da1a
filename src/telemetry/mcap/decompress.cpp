#include <millwright/telemetry/mcap/file.hpp>

#include <lz4frame.h>
#include <zstd.h>

#include <algorithm>
#include <format>
#include <memory>

namespace millwright::telemetry::mcap {
namespace {

// Room made before the first byte is known to be there: honest chunks rarely compress better than this, dishonest ones get no more.
constexpr std::uint64_t firstRoom(std::uint64_t claimed, std::size_t compressed) {
    return std::min<std::uint64_t>(claimed, compressed * std::uint64_t{16} + 65'536);
}

std::unexpected<Error> wrongSize(std::uint64_t claimed) {
    return failure(ErrorCode::Malformed, std::format("chunk does not hold the {} bytes it claims: it is damaged", claimed));
}

/// One step of a streaming decompressor: bytes consumed and produced, whether the frame is complete, or that it is damaged.
struct Step {
    std::size_t consumed = 0;
    std::size_t produced = 0;
    bool complete = false;
    bool damaged = false;
};

/// Runs `step(input, output)` until the frame ends, growing the buffer as data really arrives.
template <typename StepFunction>
Result<Bytes> run(Bytes in, std::uint64_t size, std::vector<std::byte>& buffer, StepFunction step) {
    std::size_t done = 0;
    if (buffer.size() < firstRoom(size, in.size())) buffer.resize(static_cast<std::size_t>(firstRoom(size, in.size())));
    bool complete = false;
    while (!complete) {
        if (done == std::min<std::uint64_t>(buffer.size(), size) && done < size)
            buffer.resize(static_cast<std::size_t>(std::min<std::uint64_t>(size, buffer.size() * std::uint64_t{2} + 65'536)));
        const std::size_t room = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), size)) - done;
        const Step now = step(in, std::span{buffer.data() + done, room});
        if (now.damaged) return failure(ErrorCode::Malformed, "chunk cannot be decompressed: it is damaged");
        in = in.subspan(now.consumed);
        done += now.produced;
        complete = now.complete && in.empty();
        if (!complete && now.consumed == 0 && now.produced == 0 && (room > 0 || done == size)) return wrongSize(size);
    }
    if (done != size) return wrongSize(size);
    return Bytes{buffer.data(), done};
}

} // namespace

Result<Bytes> decompress(std::string_view compression, Bytes compressed, std::uint64_t uncompressedSize, std::uint64_t limit,
                         std::vector<std::byte>& buffer) {
    if (uncompressedSize > limit)
        return failure(ErrorCode::ResourceLimit,
                       std::format("chunk of {} bytes, more than the {} allowed here", uncompressedSize, limit));
    if (compression.empty()) {
        if (compressed.size() != uncompressedSize) return wrongSize(uncompressedSize);
        return compressed;
    }
    if (compressed.empty() && uncompressedSize == 0) return compressed;
    if (compression == "zstd") {
        const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context{ZSTD_createDCtx(), &ZSTD_freeDCtx};
        ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, 27);
        return run(compressed, uncompressedSize, buffer, [&](Bytes in, std::span<std::byte> out) {
            ZSTD_inBuffer input{in.data(), in.size(), 0};
            ZSTD_outBuffer output{out.data(), out.size(), 0};
            const std::size_t left = ZSTD_decompressStream(context.get(), &output, &input);
            return Step{input.pos, output.pos, left == 0, ZSTD_isError(left) != 0};
        });
    }
    if (compression == "lz4") {
        LZ4F_dctx* raw = nullptr;
        if (LZ4F_isError(LZ4F_createDecompressionContext(&raw, LZ4F_VERSION)))
            return failure(ErrorCode::ResourceLimit, "no memory to decompress a chunk");
        const std::unique_ptr<LZ4F_dctx, decltype(&LZ4F_freeDecompressionContext)> context{raw, &LZ4F_freeDecompressionContext};
        return run(compressed, uncompressedSize, buffer, [&](Bytes in, std::span<std::byte> out) {
            std::size_t consumed = in.size();
            std::size_t produced = out.size();
            const std::size_t left = LZ4F_decompress(context.get(), out.data(), &produced, in.data(), &consumed, nullptr);
            return Step{consumed, produced, left == 0, LZ4F_isError(left) != 0};
        });
    }
    return failure(ErrorCode::Unsupported, std::format("chunk compression '{}' is not one of zstd, lz4 and none", compression));
}

} // namespace millwright::telemetry::mcap
