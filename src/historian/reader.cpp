#include "historian/layout.hpp"

#include <millwright/historian/reader.hpp>

#include <cassert>
#include <charconv>
#include <format>
#include <limits>

namespace millwright::historian {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

double numberOf(const std::optional<std::string>& field) {
    double number = none;
    if (field) static_cast<void>(std::from_chars(field->data(), field->data() + field->size(), number));
    return number;
}

/// The first instants no longer in each column but the last, as an array. As `history::HistoryReader::trend` divides them.
std::string endsOf(TimeInterval interval, std::size_t columns) {
    const auto begin = static_cast<std::uint64_t>(nanoseconds(interval.from));
    const std::uint64_t length = static_cast<std::uint64_t>(nanoseconds(interval.to)) - begin;
    std::string text = "{";
    for (std::size_t i = 1; i < columns; ++i) {
        if (i > 1) text += ',';
        text += std::to_string(static_cast<std::int64_t>(begin + length / columns * i + length % columns * i / columns));
    }
    return text + "}";
}

/// The number that counts in a trend, of a row `p`: none of what is not finite or not usable.
constexpr std::string_view countingNumber = "case when p.quality <= 1 and coalesce(p.number, p.whole::float8) > '-Infinity' and "
                                            "coalesce(p.number, p.whole::float8) < 'Infinity' "
                                            "then coalesce(p.number, p.whole::float8) end";

} // namespace

struct Reader::State {
    Options options;
    Tables tables;
    std::unique_ptr<Database> database;
    std::vector<std::optional<KeptSignal>> signals; ///< by the caller's signal
    StringTable strings;

    [[nodiscard]] const KeptSignal* find(SignalIndex signal) const {
        return index(signal) < signals.size() && signals[index(signal)] ? &*signals[index(signal)] : nullptr;
    }
};

Reader::Reader(std::unique_ptr<State> state) : state_{std::move(state)} {}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

Result<Reader> Reader::connect(const Options& options, const std::vector<telemetry::Subscription>& topics) {
    auto database = openFilled(options);
    if (!database) return std::unexpected(database.error());
    auto kept = signalsOf(**database, options);
    if (!kept) return std::unexpected(kept.error());
    std::unordered_map<std::string, KeptSignal, TextHash, std::equal_to<>> byTopic;
    for (KeptSignal& signal : *kept) byTopic.emplace(signal.topic, signal);
    auto state = std::make_unique<State>(options, Tables{options.schema}, std::move(*database));
    for (const telemetry::Subscription& topic : topics) {
        const auto found = byTopic.find(topic.topic.view());
        state->signals.push_back(found == byTopic.end() ? std::nullopt : std::optional{found->second});
    }
    return Reader{std::move(state)};
}

Result<TimeInterval> Reader::span(SignalIndex signal) {
    const KeptSignal* kept = state_->find(signal);
    if (kept == nullptr) return TimeInterval{};
    const auto found = state_->database->query(
        std::format("select min(time), max(time) from {} where signal = {}", state_->tables.samples, kept->id));
    if (!found) return std::unexpected(found.error());
    const Fields& row = found->front();
    if (!row[0]) return TimeInterval{};
    return TimeInterval{timeFromNanoseconds(std::stoll(*row[0])), timeFromNanoseconds(std::stoll(*row[1]))};
}

Result<history::Trend> Reader::trend(SignalIndex signal, TimeInterval interval, std::size_t columns) {
    assert(interval.from <= interval.to && columns > 0 && columns <= 1'000'000);
    history::Trend trend{.interval = interval, .columns = {}, .before = none};
    trend.columns.assign(columns, {.minimum = none, .maximum = none, .mean = none, .first = none, .last = none});
    const KeptSignal* kept = state_->find(signal);
    if (kept == nullptr) return trend;
    const std::string column = columns == 1 ? "0" : "width_bucket(p.time, $1::bigint[])";
    const std::string range =
        std::format("p.signal = {} and p.time between {} and {}", kept->id, nanoseconds(interval.from), nanoseconds(interval.to));
    // The first and last sample of a column are looked up by key; of those of one instant, the first and last that arrived.
    const auto found = state_->database->query(
        std::format("with bars as (select {0} as bar, count(*) as samples, min({1}) as low, max({1}) as high, avg({1}) as mean, "
                    "min(p.time) as "
                    "begins, max(p.time) as ends from {2} p where {3} group by 1) "
                    "select bar, samples, low, high, mean, "
                    "(select {1} from {2} p where p.signal = {4} and p.time = bars.begins order by p.ordinal limit 1), "
                    "(select {1} from {2} p where p.signal = {4} and p.time = bars.ends order by p.ordinal desc limit 1) from bars",
                    column, countingNumber, state_->tables.samples, range, kept->id),
        columns == 1 ? std::vector<std::string>{} : std::vector{endsOf(interval, columns)});
    if (!found) return std::unexpected(found.error());
    for (const Fields& row : *found)
        trend.columns[std::stoull(*row[0])] = {.minimum = numberOf(row[2]),
                                               .maximum = numberOf(row[3]),
                                               .mean = numberOf(row[4]),
                                               .first = numberOf(row[5]),
                                               .last = numberOf(row[6]),
                                               .samples = std::stoull(*row[1])};
    const auto before = state_->database->query(
        std::format("select {} from {} p where p.signal = {} and p.time < {} order by p.time desc, p.ordinal desc limit 1",
                    countingNumber, state_->tables.samples, kept->id, nanoseconds(interval.from)));
    if (!before) return std::unexpected(before.error());
    if (!before->empty()) trend.before = numberOf(before->front()[0]);
    return trend;
}

Result<void> Reader::read(SignalIndex signal, TimeInterval interval, std::vector<telemetry::Sample>& out) {
    const KeptSignal* kept = state_->find(signal);
    if (kept == nullptr) return {};
    return state_->database->read(
        std::format("select {} from {} where signal = {} and time between {} and {} order by time, ordinal", rowColumns,
                    state_->tables.samples, kept->id, nanoseconds(interval.from), nanoseconds(interval.to)),
        [&](const Row& row) { out.push_back(sampleOf(row, signal, kept->type, state_->strings)); });
}

const StringTable& Reader::strings() const {
    return state_->strings;
}

} // namespace millwright::historian
