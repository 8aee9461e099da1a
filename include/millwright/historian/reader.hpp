#pragma once

#include <millwright/core/value.hpp>
#include <millwright/historian/historian.hpp>
#include <millwright/history/history.hpp>

#include <memory>
#include <vector>

namespace millwright::historian {

/// Reads a plant's samples from the historian with the calls of `history::HistoryReader`, and the same answers, as far back as
/// there are samples. Each call asks the server and may take as long as that does: nothing for the frame thread. Thread: one at a
/// time. Errors of every call: those of the server.
class Reader {
public:
    /// `SignalIndex` i is element i of `topics`. Errors: also NotFound when the database has no tables of Millwright.
    [[nodiscard]] static Result<Reader> connect(const Options& options, const std::vector<telemetry::Subscription>& topics);
    Reader(Reader&&) noexcept;
    Reader& operator=(Reader&&) noexcept;
    ~Reader();

    /// Time of the oldest and of the newest sample; both epoch where there is none.
    [[nodiscard]] Result<TimeInterval> span(SignalIndex signal);
    /// What the samples in `interval` amount to in each of `columns` (1 to 1 000 000), computed by the server. No column is coarse.
    /// Takes longer the more samples there are.
    [[nodiscard]] Result<history::Trend> trend(SignalIndex signal, TimeInterval interval, std::size_t columns);
    /// Appends the samples in `interval`, in order of time and arrival, as they were written. Texts are those of `strings`.
    [[nodiscard]] Result<void> read(SignalIndex signal, TimeInterval interval, std::vector<telemetry::Sample>& out);
    [[nodiscard]] const StringTable& strings() const;

private:
    struct State;
    explicit Reader(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace millwright::historian
