#include "ui/instruments.hpp"
#include "ui/panels.hpp"
#include "ui/signal_curves.hpp"

#include <millwright/core/units.hpp>
#include <millwright/plant/within.hpp>
#include <millwright/ui/format.hpp>

#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <format>
#include <limits>

namespace millwright::ui {
namespace {

constexpr float pad = 12, valueRow = 28, instrumentRow = 54;
constexpr std::size_t mostListed = 40;
constexpr std::string_view computedSign = "f(x)";

/// Draws the inspector's content from top to bottom of a scroll region.
class Inspector {
public:
    Inspector(PanelArguments& arguments, ScrollRegion& region)
        : a_{arguments},
          plant_{*arguments.model.plant},
          region_{region},
          canvas_{region.canvas()},
          left_{region.origin().x + canvas_.px(pad)},
          right_{region.origin().x + region.width() - canvas_.px(pad)},
          curves_{arguments} {}

    void drawEquipment(EquipmentIndex selected) {
        const plant::Equipment& e = plant_.at(selected);
        heading(e.name.empty() ? e.id : e.name, e.path);
        if (!e.description.empty()) note(e.description, 4);
        state(a_.attentionOf(selected));
        alarms(selected);
        if (!e.signals.empty()) signalsHeading();
        unitColumn(e.signals);
        curves_.begin(e.signals, right_ - left_);
        for (const SignalIndex s : e.signals) signalRow(s, false);
        curves_.end();
        states(selected);
        condition(selected);
        performance(selected);
        part();
        children(selected);
        if (!e.signals.empty() || !hasChildren_)
            finish();
        else {
            attentionBelow(selected);
            finish();
        }
    }

    void drawPlant() {
        heading(plant_.name.empty() ? plant_.id : plant_.name, {});
        if (!plant_.description.empty()) note(plant_.description, 6);
        const AttentionMap* map = a_.model.attention;
        if (a_.hasLog() && map) state(map->equipment.empty() ? Attention::Unknown : worst(*map));
        alarms(noEquipment);
        attentionBelow(noEquipment);
        section("At a glance");
        fact("Equipment", countText(plant_.equipment.size()));
        fact("Signals", countText(plant_.signals.size()));
        if (a_.hasLog() && map) {
            fact("Signals with data", countText(map->known));
            fact("Beyond a limit", countText(map->crossed));
            fact("Not to be trusted", countText(map->untrusted));
        }
        space(10);
        note(a_.model.inHeadset ? "Point at a machine and pull the trigger to see its signals."
                                : "Select equipment in the tree or in the picture to see its signals.",
             3);
        finish();
    }

private:
    [[nodiscard]] float y() const { return region_.origin().y + top_; }
    [[nodiscard]] Rect row(float height) const { return {{left_, y()}, {right_, y() + height}}; }
    void space(float logical) { top_ += canvas_.px(logical); }
    void finish() {
        space(12);
        region_.setHeight(top_);
    }
    static Attention worst(const AttentionMap& map) { return *std::ranges::max_element(map.equipment); }

    void heading(std::string_view name, std::string_view path) {
        space(8);
        top_ += canvas_.paragraph({{left_, y()}, {right_, y()}}, Face::Strong, palette::text, name, 2);
        if (!path.empty()) top_ += canvas_.paragraph({{left_, y()}, {right_, y()}}, Face::Small, palette::dim, path, 2);
        space(4);
    }

    void note(std::string_view text, int lines) {
        top_ += canvas_.paragraph({{left_, y()}, {right_, y()}}, Face::Small, palette::dim, text, lines);
        space(4);
    }

    void state(Attention attention) {
        if (!a_.hasLog()) return;
        const Rect box = row(canvas_.px(24));
        float x = left_;
        if (const float end = canvas_.badge(left_, box.centre().y, attention); end > left_) x = end + canvas_.px(8);
        const bool calm = attention <= Attention::None;
        canvas_.text({{x, box.min.y}, box.max}, Face::Small, calm ? palette::dim : palette::text,
                     attention == Attention::Unknown ? "Nothing measured so far"
                     : calm                          ? "Everything within limits"
                                                     : std::format("Worst: {}", describe(attention)));
        space(24);
    }

    void section(std::string_view title, std::string_view remark = {}) {
        space(8);
        canvas_.line({left_, y()}, {right_, y()}, palette::line);
        space(4);
        const float end = canvas_.text(row(canvas_.px(22)), Face::Strong, palette::text, title);
        if (!remark.empty())
            canvas_.text({{end + canvas_.px(12), y()}, {right_, y() + canvas_.px(22)}}, Face::Small, palette::dim, remark,
                         Align::Right);
        space(24);
    }

    void fact(std::string_view what, std::string_view value) {
        const Rect box = row(canvas_.px(22));
        const float width = canvas_.figureWidth(Face::Small, value);
        canvas_.text({box.min, {box.max.x - width - canvas_.px(8), box.max.y}}, Face::Small, palette::dim, what);
        canvas_.figures(box, Face::Small, palette::text, value);
        space(22);
    }

    /// What the curves show: as much as a button says, or what the timeline is zoomed to.
    void signalsHeading() {
        section("Signals");
        if (a_.hasLog() && curves_.any()) {
            const float right = curves_.isZoomed() ? zoomNote() : reachButton();
            if (curves_.reading())
                canvas_.text({{left_ + canvas_.px(70), y() - canvas_.px(24)}, {right - canvas_.px(8), y() - canvas_.px(2)}},
                             Face::Small, palette::dim, "reading …", Align::Right);
        }
        if (const auto problem = curves_.problem()) note(std::format("Curves lack detail: {}", problem->text()), 3);
        if (a_.model.comparedOverview) note(std::format("dashed, and after = or ≠: {}", a_.model.comparedName), 1);
    }

    float zoomNote() {
        const std::string text = std::format("as the timeline, {}", formatDuration(a_.state.visibleTime.length()));
        const float left = right_ - canvas_.textWidth(Face::Small, text);
        canvas_.text({{left - 1, y() - canvas_.px(24)}, {right_, y() - canvas_.px(2)}}, Face::Small, palette::dim, text,
                     Align::Right);
        return left;
    }

    /// How far back the curves reach; a click reaches further, and from the furthest back to the nearest.
    float reachButton() {
        using namespace std::chrono_literals;
        constexpr std::array<Duration, 6> reaches{1min, 5min, 30min, 2h, 8h, 24h};
        const Duration all = curves_.longest(), reach = std::min(a_.state.trendReach, all);
        const std::string label = reach == all ? "whole log" : std::format("last {}", shortDuration(reach));
        const float width = canvas_.textWidth(Face::Small, label) + canvas_.px(16);
        const Rect box{{right_ - width, y() - canvas_.px(24)}, {right_, y() - canvas_.px(2)}};
        if (textButton(canvas_, "curves", box, label)) {
            const auto next = std::ranges::upper_bound(reaches, reach);
            a_.state.trendReach = reach == all ? reaches.front() : next == reaches.end() ? all : std::min(*next, all);
            if (a_.state.trendReach == Duration::max()) a_.state.trendReach = reaches.front();
        }
        hint(a_.context, "How far back the curves reach");
        return box.min.x;
    }
    static std::string shortDuration(Duration duration) {
        const auto minutes = std::chrono::floor<std::chrono::minutes>(duration).count();
        return minutes % 60 == 0 ? std::format("{} h", minutes / 60) : std::format("{} min", minutes);
    }

    void unitColumn(std::span<const SignalIndex> signals) {
        unitWidth_ = 0;
        for (const SignalIndex s : signals)
            unitWidth_ = std::max(unitWidth_, canvas_.textWidth(Face::Small, units::display(plant_.at(s).unit)));
        unitWidth_ = std::min(unitWidth_, canvas_.px(64));
    }

    void children(EquipmentIndex selected) {
        hasChildren_ = a_.context.tree.hasChildren[index(selected)] != 0;
        if (!hasChildren_) return;
        section("Contains");
        for (std::size_t i = 0; i < plant_.equipment.size(); ++i) {
            if (plant_.equipment[i].parent != selected) continue;
            const auto child = static_cast<EquipmentIndex>(i);
            const Rect box = row(canvas_.px(24));
            ImGui::PushID(static_cast<int>(i));
            const Touch touch = touchable("child", box);
            ImGui::PopID();
            if (touch.hovered)
                canvas_.fill({{box.min.x - canvas_.px(4), box.min.y}, {box.max.x + canvas_.px(4), box.max.y}}, palette::hover);
            if (touch.clicked) select(child);
            if (touch.doubleClicked) a_.intents.emplace_back(FlyTo{child});
            canvas_.mark({left_ + canvas_.px(6), box.centre().y}, a_.hasLog() ? a_.attentionOf(child) : Attention::Unknown);
            const plant::Equipment& e = plant_.equipment[i];
            canvas_.text({{left_ + canvas_.px(20), box.min.y}, box.max}, Face::Body, palette::text, e.name.empty() ? e.id : e.name);
            space(24);
        }
    }

    /// What the CAD file says of the part that was picked.
    void part() {
        if (!a_.model.part) return;
        section("Part");
        a_.context.fonts.need(a_.model.part->name);
        top_ += canvas_.paragraph({{left_, y()}, {right_, y()}}, Face::Body, palette::text, a_.model.part->name, 2);
        for (const auto& [key, value] : a_.model.part->properties) {
            a_.context.fonts.need(key);
            a_.context.fonts.need(value);
            const Rect box = row(canvas_.px(22));
            const float middle = std::round(std::lerp(left_, right_, 0.42f));
            canvas_.text({box.min, {middle - canvas_.px(8), box.max.y}}, Face::Small, palette::dim, key);
            canvas_.text({{middle, box.min.y}, box.max}, Face::Small, palette::text, value, Align::Right);
            space(22);
        }
    }

    void select(EquipmentIndex equipment) {
        a_.intents.emplace_back(Select{equipment});
        a_.state.revealSelected = true;
    }

    void states(EquipmentIndex selected) {
        if (!a_.hasLog() || a_.model.states == nullptr || a_.model.states->of(selected).empty()) return;
        section("States");
        top_ += drawStates(a_, canvas_, left_, right_, y(), selected);
    }

    void condition(EquipmentIndex selected) {
        if (!a_.hasLog() || !hasCondition(a_, selected)) return;
        section("Condition", "as learnt");
        top_ += drawCondition(a_, canvas_, left_, right_, y(), selected);
    }

    /// KPIs up to the cursor, or up to now, as far back as the user wants.
    void performance(EquipmentIndex selected) {
        if (!a_.hasLog() || a_.model.measured == nullptr || a_.model.measured->empty()) return;
        const auto row = std::ranges::find(a_.model.kpiRows, selected, &kpi::Row::equipment);
        const bool hasQuality = std::ranges::any_of(a_.model.characteristics,
                                                    [&](const auto& each) { return plant_.at(each.signal).equipment == selected; });
        if (row == a_.model.kpiRows.end() && !hasQuality) return;
        const auto bins = kpi::binsOf(*a_.model.measured, a_.state.kpiPeriod, a_.model.frame->time, plant_.calendar);
        const std::string stretch =
            std::format("{} to {}", clockText(bins.front()->interval.from), clockText(bins.back()->interval.to));
        if (hasPeriods()) {
            section("KPIs");
            periodButton();
            note(stretch, 1);
        } else {
            section("KPIs", stretch);
        }
        if (row != a_.model.kpiRows.end()) indicators(*row, kpi::standingOf(plant_, *row, bins));
        for (std::uint32_t i = 0; i < a_.model.characteristics.size(); ++i)
            if (plant_.at(a_.model.characteristics[i].signal).equipment == selected) capability(i, kpi::spreadOf(i, bins));
    }

    void indicators(const kpi::Row& row, const kpi::Standing& standing) {
        timeBar(standing.times);
        const kpi::Indicators& kpis = standing.indicators;
        const auto shown = [this](std::string_view name, kpi::IndicatorUnit unit, std::optional<double> value) {
            if (value) fact(name, kpi::textOf(unit, value));
        };
        const auto amount = [this](std::string_view name, std::optional<double> value, std::string_view unit) {
            if (value) fact(name, std::format("{:.4g} {}", *value, unit));
        };
        using enum kpi::IndicatorUnit;
        shown("OEE", Fraction, kpis.oee);
        shown("Availability", Fraction, kpis.availability);
        shown("Effectiveness", Fraction, kpis.effectiveness);
        shown("Quality ratio", Fraction, kpis.qualityRatio);
        shown("Throughput", AnHour, kpis.throughputRate);
        amount("Energy an item", kpis.energyConsumption, units::display(row.energyUnit));
        amount("Cost a good item", kpis.costPerItem, plant_.currency);
        fact("Failures", countText(standing.failures));
        shown("Mean time to failure", Seconds, kpis.mttf);
        shown("Mean time to repair", Seconds, kpis.mttr);
    }

    void capability(std::uint32_t i, const kpi::Spread& spread) {
        const plant::Signal& signal = plant_.at(a_.model.characteristics[i].signal);
        const kpi::Capability found = kpi::capabilityOf(a_.model.characteristics[i], *signal.specification, spread);
        const auto number = [](std::optional<double> value) { return value ? std::format("{:.2f}", *value) : std::string{"–"}; };
        fact(signal.name, std::format("Cp {}  Cpk {}", number(found.cp), number(found.cpk)));
    }

    /// Whether `period` would show something else than all there is.
    [[nodiscard]] bool isOffered(kpi::Period period) const {
        const Duration length = a_.model.measured->back()->interval.to - a_.model.measured->front()->interval.from;
        switch (period) {
        case kpi::Period::Everything: return true;
        case kpi::Period::Hour: return length > std::chrono::hours{1};
        case kpi::Period::Shift: return !plant_.calendar.shifts.empty();
        case kpi::Period::Day: return length > std::chrono::hours{25};
        }
        return false;
    }
    [[nodiscard]] bool hasPeriods() const { return isOffered(kpi::Period::Hour) || isOffered(kpi::Period::Shift); }

    /// How far back KPIs reach; a click chooses the next.
    void periodButton() {
        kpi::Period& period = a_.state.kpiPeriod;
        const auto next = [](kpi::Period p) { return static_cast<kpi::Period>((static_cast<std::size_t>(p) + 1) % kpi::periods); };
        while (!isOffered(period)) period = next(period);
        const std::string label{kpi::nameOf(period)};
        const float width = canvas_.textWidth(Face::Small, label) + canvas_.px(16);
        const Rect box{{right_ - width, y() - canvas_.px(24)}, {right_, y() - canvas_.px(2)}};
        if (textButton(canvas_, "kpi period", box, label)) {
            do period = next(period);
            while (!isOffered(period));
        }
        hint(a_.context, "How far back KPIs reach");
    }

    /// How the time was spent, as shares of one bar: production dark, the rest lighter the less it has to do with it.
    void timeBar(const kpi::Times& times) {
        struct Share {
            std::string_view name;
            Duration time;
            Colour colour;
        };
        const std::array shares{
            Share{"production", times.production, palette::live}, Share{"set-up", times.setUp, palette::outline},
            Share{"delay", times.delay, palette::high},           Share{"down", times.down, palette::dim},
            Share{"unplanned", times.unplanned, palette::field},  Share{"unknown", times.unknown, palette::sunken}};
        const double whole = std::max(1e-9, seconds(times.total()));
        const Rect box{{left_, y() + canvas_.px(4)}, {right_, y() + canvas_.px(16)}};
        float from = box.min.x;
        std::string legend;
        for (const auto& [name, time, colour] : shares) {
            if (time == Duration::zero()) continue;
            const float to = std::min(box.max.x, from + static_cast<float>(seconds(time) / whole) * box.width());
            canvas_.fill({{from, box.min.y}, {to, box.max.y}}, colour);
            from = to;
            legend += std::format("{}{} {:.0f} %", legend.empty() ? "" : ", ", name, seconds(time) / whole * 100);
        }
        canvas_.stroke(box, palette::outline, 1);
        space(20);
        note(legend, 2);
    }

    /// Lists the active alarms of an equipment and below it (of the plant for noEquipment), most urgent first; each opens in the
    /// list of alarms.
    void alarms(EquipmentIndex ancestor) {
        if (!a_.hasLog()) return;
        const auto& states = a_.model.frame->alarms;
        auto& list = a_.context.activeAlarms;
        list.clear();
        for (std::size_t i = 0; i < std::min(states.size(), plant_.alarms.size()); ++i)
            if (states[i].active && !states[i].masked() && plant::isWithin(plant_, plant_.alarms[i].equipment, ancestor))
                list.push_back(static_cast<plant::AlarmIndex>(i));
        if (list.empty()) return;
        std::ranges::stable_sort(list, std::greater{}, [this](plant::AlarmIndex alarm) { return plant_.at(alarm).priority; });
        section("Active alarms", countText(list.size()));
        for (std::size_t i = 0; i < std::min(list.size(), mostListed); ++i) alarmRow(list[i], states[index(list[i])]);
        if (list.size() > mostListed) note(std::format("and {} more", list.size() - mostListed), 1);
    }

    void alarmRow(plant::AlarmIndex alarm, const twin::AlarmState& state) {
        const plant::Alarm& definition = plant_.at(alarm);
        const Rect box = row(canvas_.px(24));
        ImGui::PushID(static_cast<int>(index(alarm)));
        const Touch touch = touchable("alarm", box);
        hint(a_.context, std::format("{} — {} priority", definition.path, plant::nameOf(definition.priority)));
        ImGui::PopID();
        if (touch.hovered) canvas_.fill(box, palette::hover);
        if (touch.clicked) {
            a_.state.alarmsShown = true;
            a_.state.alarmsAside = false;
            a_.state.alarm = alarm;
        }
        canvas_.alarmMark({left_ + canvas_.px(8), box.centre().y}, definition.priority, state.unacknowledged(), true);
        const std::string since = clockText(state.raised, 0);
        const float width = canvas_.figureWidth(Face::Small, since);
        canvas_.figures(box, Face::Small, palette::dim, since);
        canvas_.text({{left_ + canvas_.px(24), box.min.y}, {box.max.x - width - canvas_.px(8), box.max.y}}, Face::Body,
                     palette::text, definition.name);
        space(24);
    }

    /// Lists what needs a person below some equipment (below the plant for noEquipment), worst first.
    void attentionBelow(EquipmentIndex ancestor) {
        if (!a_.hasLog() || !a_.model.attention) return;
        auto& list = a_.context.attentionList;
        list.clear();
        for (std::size_t i = 0; i < plant_.signals.size(); ++i) {
            const auto s = static_cast<SignalIndex>(i);
            if (a_.attentionOf(s) >= Attention::Stale && plant::isWithin(plant_, plant_.signals[i].equipment, ancestor))
                list.push_back(s);
        }
        if (list.empty()) return;
        std::ranges::stable_sort(list, [this](SignalIndex x, SignalIndex z) { return a_.attentionOf(x) > a_.attentionOf(z); });
        section("Needs attention", countText(list.size()));
        unitColumn(std::span{list}.first(std::min(list.size(), mostListed)));
        for (std::size_t i = 0; i < std::min(list.size(), mostListed); ++i) signalRow(list[i], true);
        if (list.size() > mostListed) note(std::format("and {} more", list.size() - mostListed), 1);
    }

    /// Name, badge, value and unit; below them, for numbers, the indicator and the curve. `elsewhere`: the row also names and opens
    /// its equipment instead of showing instruments.
    void signalRow(SignalIndex index, bool elsewhere) {
        const plant::Signal& signal = plant_.at(index);
        const bool numeric = signal.type == ValueType::Float || (signal.type == ValueType::Integer && signal.states.empty());
        const auto range = instrumentRange(signal);
        const bool instruments = numeric && !elsewhere && (range || a_.model.overview || a_.model.history);
        const float height = canvas_.px(elsewhere ? 40 : instruments ? instrumentRow : valueRow);
        if (region_.visible(top_, top_ + height)) {
            ImGui::PushID(static_cast<int>(millwright::index(index)));
            const Touch touch = touchable("signal", row(height));
            if (!elsewhere) choosing(touch, index, signal, height);
            ImGui::PopID();
            if (elsewhere && touch.hovered) canvas_.fill(row(height), palette::hover);
            if (elsewhere && touch.clicked && signal.equipment != noEquipment) select(signal.equipment);
            signalText(index, signal, elsewhere);
            if (instruments) drawInstruments(index, signal, range);
        }
        top_ += height;
        if (!elsewhere && signal.derived && a_.state.explained == index)
            top_ += drawDerivation(a_, canvas_, left_, right_, y(), index);
    }

    /// A click chooses a signal of a recording, by whose samples one then steps, or no longer does; of a derived one, it also says
    /// how it is computed.
    void choosing(const Touch& touch, SignalIndex index, const plant::Signal& signal, float height) {
        const bool steps = a_.hasRecording() && !a_.model.inHeadset, chosen = steps && a_.state.signal == index;
        const std::string_view use = !steps   ? ""
                                     : chosen ? "\n, and . step by its samples"
                                              : "\nClick: , and . step by its samples";
        const bool explained = a_.state.explained == index;
        const std::string_view origin = !signal.derived ? "" : explained ? "\nComputed" : "\nComputed; click: from what, and how";
        hint(a_.context, std::format("{} — {}{}{}", signal.path, describe(a_.attentionOf(index)), origin, use));
        if (touch.clicked) {
            if (steps) a_.state.signal = chosen ? noSignal : index;
            const bool closes = steps ? chosen : explained;
            if (signal.derived) a_.state.explained = closes ? noSignal : index;
        }
        const float margin = canvas_.px(4);
        if (chosen) canvas_.fill({{left_ - margin, y()}, {right_ + margin, y() + height - margin}}, palette::selected);
    }

    void signalText(SignalIndex index, const plant::Signal& signal, bool elsewhere) {
        const Attention attention = a_.attentionOf(index);
        const bool trusted = attention == Attention::None || attention == Attention::Uncertain || crossesLimit(attention);
        const Rect line{{left_, y() + canvas_.px(2)}, {right_, y() + canvas_.px(24)}};
        std::string value = "–";
        if (a_.model.frame && millwright::index(index) < a_.model.frame->signals.size())
            value = formatValue(signal, a_.model.frame->signals[millwright::index(index)], a_.model.frame->strings.get());
        const bool word = signal.type == ValueType::String || signal.type == ValueType::Boolean || !signal.states.empty();
        float valueRight = word ? line.max.x : line.max.x - unitWidth_ - (unitWidth_ > 0 ? canvas_.px(5) : 0);
        const float valueWidth = std::min(canvas_.figureWidth(Face::Strong, value), line.width() * 0.55f);
        const Rect valueBox{{valueRight - valueWidth, line.min.y}, {valueRight, line.max.y}};
        const float badge = canvas_.badgeWidth(attention), badgeLeft = valueBox.min.x - badge - (badge > 0 ? canvas_.px(6) : 0);
        const float nameRight = otherValue(index, signal, line, badgeLeft - canvas_.px(8));
        const float sign = signal.derived ? canvas_.textWidth(Face::Small, computedSign) + canvas_.px(12) : 0;
        const float nameEnd = canvas_.text({line.min, {nameRight - sign, line.max.y}}, Face::Body, palette::text,
                                           signal.name.empty() ? signal.id : signal.name);
        if (signal.derived) drawComputedSign({{nameEnd + canvas_.px(6), line.min.y}, {nameEnd + sign, line.max.y}});
        canvas_.badge(badgeLeft, line.centre().y, attention);
        const Colour ink = trusted ? palette::text : palette::dim;
        if (word)
            canvas_.text(valueBox, Face::Strong, ink, value, Align::Right);
        else
            canvas_.figures(valueBox, Face::Strong, ink, value);
        if (attention == Attention::Bad) { // struck out: not a value to act on
            canvas_.hatch({{valueBox.min.x - canvas_.px(2), valueBox.min.y + canvas_.px(2)},
                           {valueBox.max.x + canvas_.px(2), valueBox.max.y - canvas_.px(2)}},
                          palette::line);
            canvas_.line({valueBox.min.x, valueBox.centre().y}, {valueBox.max.x, valueBox.centre().y}, palette::text);
        }
        if (!word && !signal.unit.empty())
            canvas_.text({{line.max.x - unitWidth_, line.min.y}, line.max}, Face::Small, palette::dim, units::display(signal.unit));
        if (elsewhere && signal.equipment != noEquipment) {
            const plant::Equipment& e = plant_.at(signal.equipment);
            canvas_.text({{line.min.x, line.max.y - canvas_.px(2)}, {right_, line.max.y + canvas_.px(15)}}, Face::Small,
                         palette::dim, std::format("{} — {}", e.name.empty() ? e.id : e.name, describe(attention)));
        }
    }

    /// Beside the name of a signal that no feed brings.
    void drawComputedSign(const Rect& box) {
        const float half = canvas_.px(8);
        canvas_.stroke({{box.min.x, box.centre().y - half}, {box.max.x, box.centre().y + half}}, palette::outline, 1, 3);
        canvas_.text(box, Face::Small, palette::dim, computedSign, Align::Centre);
    }

    void drawInstruments(SignalIndex index, const plant::Signal& signal, const std::optional<plant::ValueRange>& range) {
        const Attention attention = a_.attentionOf(index);
        const float top = y() + canvas_.px(25), bottom = y() + canvas_.px(instrumentRow - 8);
        const float middle = std::round(left_ + (right_ - left_) * 0.5f);
        double value = std::numeric_limits<double>::quiet_NaN();
        if (a_.model.frame && millwright::index(index) < a_.model.frame->signals.size()) {
            const twin::SignalState& state = a_.model.frame->signals[millwright::index(index)];
            if (state.known && attention != Attention::Bad) value = state.value.asNumber(signal.type);
        }
        if (range) drawAnalogIndicator(canvas_, {{left_, top}, {middle - canvas_.px(8), bottom}}, signal, *range, value, attention);
        const Rect curve{{range ? middle + canvas_.px(4) : left_, top}, {right_ - canvas_.px(3), bottom}};
        if (curves_.make(index))
            drawSparkline(canvas_, a_.context.points, curve, signal, a_.context.curve, curves_.other(), curves_.cursor());
    }

    /// The other log's value, beside this one's: with a sign where the two differ. Returns what is left of the name's box.
    float otherValue(SignalIndex index, const plant::Signal& signal, const Rect& line, float right) {
        const twin::Frame* const other = a_.model.compared;
        if (other == nullptr || millwright::index(index) >= other->signals.size()) return right;
        const bool differs = a_.model.comparison != nullptr && a_.model.comparison->differs(index, a_.model.frame->time);
        const std::string text = std::format("{}{}", differs ? "≠ " : "= ",
                                             formatValue(signal, other->signals[millwright::index(index)], other->strings.get()));
        const float width = std::min(canvas_.figureWidth(Face::Small, text), line.width() * 0.3f);
        canvas_.text({{right - width, line.min.y}, {right, line.max.y}}, Face::Small, differs ? palette::compared : palette::dim,
                     text, Align::Right);
        return right - width - canvas_.px(6);
    }

    PanelArguments& a_;
    const plant::Plant& plant_;
    ScrollRegion& region_;
    Canvas& canvas_;
    float left_, right_;
    float top_ = 0;
    float unitWidth_ = 0;
    SignalCurves curves_;
    bool hasChildren_ = false;
};

} // namespace

void drawInspector(PanelArguments& a, const Rect& area) {
    Canvas canvas{a.context, *ImGui::GetWindowDrawList()};
    const bool selected =
        a.model.plant && a.state.selected != noEquipment && index(a.state.selected) < a.model.plant->equipment.size();
    constexpr std::array<std::string_view, 5> levels{"site", "area", "line", "cell", "equipment"};
    const std::string_view level =
        selected ? levels[static_cast<std::size_t>(a.model.plant->at(a.state.selected).level)] : std::string_view{};
    const Rect body = drawPanelTitle(canvas, area, "Inspector", level);
    if (!a.model.plant) return;
    ScrollRegion region{a.context, "inspector content", body};
    Inspector inspector{a, region};
    if (selected)
        inspector.drawEquipment(a.state.selected);
    else
        inspector.drawPlant();
}

} // namespace millwright::ui
