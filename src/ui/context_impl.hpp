#pragma once

#include "ui/canvas.hpp"
#include "ui/curve.hpp"
#include "ui/fonts.hpp"

#include <millwright/plant/plant.hpp>
#include <millwright/ui/context.hpp>
#include <millwright/ui/timeline.hpp>

#include <imgui.h>

#include <functional>
#include <string>
#include <vector>

namespace millwright::ui {

/// A plant's equipment as a tree is read: depth first, children in file order.
struct TreeOrder {
    std::vector<EquipmentIndex> rows;
    std::vector<std::uint8_t> depth;       ///< parallel to Plant::equipment
    std::vector<std::uint8_t> hasChildren; ///< parallel to Plant::equipment

    void build(const plant::Plant& plant);
};

struct Context::Impl {
    explicit Impl(const ContextOptions& options)
        : fonts{options.fontFolders}, scale{options.scale}, recordTexts{options.recordTexts} {}

    ImGuiContext* imgui = nullptr;
    Fonts fonts;
    float scale = 1;
    bool scaleChanged = true;
    bool recordTexts = false;
    std::function<void()> fontsMade; ///< the painter's: uploads the atlas before the frame's draw lists take its texture
    std::vector<DrawnText> texts;
    const plant::Plant* knownPlant = nullptr; ///< whose names the fonts were asked for, and whose tree this is
    TreeOrder tree;

    // Scratch of the panels, kept so that frames do not allocate.
    std::vector<Tick> ticks;
    std::vector<LabelRequest> labelRequests;
    std::vector<LabelPlace> labelPlaces;
    std::vector<ImVec2> points;
    std::vector<CurvePoint> curve;
    std::vector<std::uint8_t> matches;
    std::vector<SignalIndex> attentionList;
    std::vector<plant::AlarmIndex> activeAlarms;
    std::vector<plant::AlarmIndex> alarmList;
};

} // namespace millwright::ui
