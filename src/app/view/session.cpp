#include <millwright/gpu/native.hpp>
#include <millwright/telemetry/bookmarks.hpp>

#include <algorithm>
#include <app/labels.hpp>
#include <app/open.hpp>
#include <app/picture.hpp>
#include <app/view/session.hpp>
#include <cstdio>
#include <format>
#include <print>
#include <utility>

namespace millwright::app {
namespace {

constexpr std::size_t overviewBytes = std::size_t{32} << 20;
constexpr double secondsBetweenSights = 0.2;
constexpr int oldestQuestion = 12; // frames; a picture that was not drawn answers nothing

} // namespace

Result<std::unique_ptr<Session>> Session::create(const plant::Plant& plant, gpu::Device& device, render::Quality quality,
                                                 SessionOptions options) {
    auto renderer =
        render::Renderer::create(device, {.quality = quality, .sceneBytes = std::uint64_t{options.memoryMebibytes} << 20});
    if (!renderer) return std::unexpected(renderer.error());
    auto target = gpu::OffscreenTarget::create(device, {16, 16}, 1, "viewport");
    if (!target) return std::unexpected(target.error());
    return std::unique_ptr<Session>{new Session{plant, device, std::move(*renderer), std::move(*target), std::move(options)}};
}

Session::Session(const plant::Plant& plant, gpu::Device& device, std::unique_ptr<render::Renderer> renderer,
                 gpu::OffscreenTarget target, SessionOptions options)
    : plant_{plant},
      device_{device},
      options_{std::move(options)},
      renderer_{std::move(renderer)},
      target_{std::move(target)},
      loader_{std::make_unique<Loader>(plant, options_.log, options_.live == nullptr, Compared{options_.compare, options_.offset})},
      kpiRows_{kpi::rowsOf(plant)},
      characteristics_{kpi::characteristicsOf(plant)} {
    if (options_.log.empty()) options_.log = plant.defaultLog;
    logName_ = options_.log.filename().string();
    if (options_.history) history_ = std::make_unique<history::HistoryReader>(*options_.history);
    if (options_.live && (options_.recorder != nullptr || options_.older))
        trends_ = std::make_unique<ui::TrendReader>(trendsOfFeeds(plant, options_.recorder, options_.older));
    attention_.update(plant_, {}, {});
}

Result<void> Session::finishLoading(const std::stop_token& stop) {
    {
        const std::stop_callback cancel{stop, [this] {
                                            if (loader_) loader_->cancel();
                                        }};
        if (loader_) loader_->wait();
    }
    if (stop.stop_requested()) return failure(ErrorCode::Cancelled, "stopped while opening the plant", plant_.name);
    if (auto advanced = advance(0); !advanced) return advanced;
    if (overview_) overview_->wait();
    if (replay_) replay_->wait();
    if (comparedOverview_) comparedOverview_->wait();
    if (comparison_) comparison_->wait();
    if (auto shown = advance(0); !shown) return shown;
    if (comparedReplay_) comparedReplay_->wait();
    if (auto advanced = advance(0); !advanced) return advanced;
    if (!surveyor_) return {};
    askSight();
    surveyor_->wait();
    return advance(0);
}

Result<void> Session::takeLoaded(Loaded loaded) {
    problems_ = std::move(loaded.problems);
    for (const Error& error : problems_) problem_ += (problem_.empty() ? "" : "\n") + error.text();
    if (loaded.logProblem) {
        logProblem_ = loaded.logProblem->text();
        problems_.push_back(std::move(*loaded.logProblem));
    }
    if (loaded.replay) {
        const TimeInterval log = loaded.replay->log();
        Time start = log.from;
        if (!options_.at.empty()) {
            const auto moment = telemetry::momentOf(options_.at, log, options_.log);
            if (!moment) return std::unexpected(moment.error());
            start = *moment;
        }
        begin_ = start;
        bookmarks_.emplace(options_.log);
        replay_ =
            std::make_unique<twin::ReplayThread>(std::move(*loaded.replay), std::chrono::milliseconds{8}, std::move(loaded.scout));
        replay_->setSpeed(options_.speed);
        replay_->seek(start);
        replay_->setPlaying(options_.play);
        trends_ = std::make_unique<ui::TrendReader>(ui::trendsOfLog(plant_, options_.log));
        if (loaded.overview)
            overview_ = std::make_unique<ui::LogOverview>(plant_, std::move(loaded.overview), overviewBytes, options_.learnt);
        if (loaded.comparedReplay) {
            comparedSpan_ = loaded.comparedReplay->log();
            comparedName_ = options_.compare.filename().string();
            comparedReplay_ = std::make_unique<twin::ReplayThread>(std::move(*loaded.comparedReplay), std::chrono::milliseconds{8},
                                                                   std::move(loaded.comparedScout));
            comparedOverview_ = std::make_unique<ui::LogOverview>(plant_, std::move(loaded.comparedOverview), overviewBytes);
            comparedTrends_ = std::make_unique<ui::TrendReader>(ui::trendsOfLog(plant_, options_.compare, loaded.comparedBy));
            comparison_ = std::make_unique<ui::LogComparison>(plant_, std::move(loaded.comparedFirst),
                                                              std::move(loaded.comparedSecond), options_.tolerance);
            comparedReplay_->seek(start);
        }
    } else if (!options_.at.empty() && !loaded.logProblem && !options_.live) {
        return failure(ErrorCode::Invalid, "--at needs a log: name one with --log", plant_.name);
    }
    if (loaded.scene) {
        scene_.emplace(std::move(*loaded.scene));
        if (auto set = renderer_->setScene(scene_->scene(), scene_->geometry()); !set) return set;
        floor_ = floorOf(plant_, *scene_);
        surveyor_ = std::make_unique<Surveyor>(plant_, *scene_);
        measuring_ = std::make_unique<Measuring>(*surveyor_, *scene_);
        lookedAt_ = std::make_unique<LookedAt>(plant_, *scene_);
        plantBounds_ = scene_->bounds(noEquipment);
        if (scene_->scene().instances.empty()) placeMarkers();
        changed_ = true;
        return placeCamera();
    }
    return {};
}

Result<void> Session::placeCamera() {
    const auto chosen = chooseCamera(plant_, options_.camera);
    if (!chosen) return std::unexpected(chosen.error());
    if (const plant::Camera* camera = *chosen) {
        camera_ = ui::cameraFrom(*camera);
        activeCamera_ = static_cast<std::size_t>(camera - plant_.cameras.data());
    } else {
        camera_ = fitted({.yaw = 0.6, .pitch = -0.35}, plantBounds_);
    }
    return {};
}

void Session::follow(std::shared_ptr<const twin::Frame> frame) {
    if (frame_ && frame_->number == frame->number) return;
    frame_ = std::move(frame);
    attention_.update(plant_, frame_->signals, frame_->alarms);
    if (scene_) scene_->update(*frame_);
    changed_ = true;
}

void Session::followCompared() {
    if (!comparedReplay_ || !frame_) return;
    const std::shared_ptr<const twin::Frame> now = comparedReplay_->frame();
    const bool within = comparedSpan_.from <= frame_->time && frame_->time <= comparedSpan_.to;
    if (within && now->time != frame_->time) comparedReplay_->seek(frame_->time);
    compared_ = within ? now : nullptr;
}

/// The frame, and now and then what the status bar and standard error say of the feeds.
void Session::followLive(double dt) {
    constexpr double newsPeriod = 0.25;
    follow(options_.live->frame());
    measured_ = options_.live->kpis();
    untilNews_ -= dt;
    if (untilNews_ > 0) return;
    untilNews_ = newsPeriod;
    const auto feeds = options_.live->feeds();
    const auto recorded = options_.recorder ? options_.recorder->status() : telemetry::RecorderStatus{};
    const auto kept = options_.historian ? std::optional{options_.historian->status()} : std::nullopt;
    for (const std::string& text : news_.since(*feeds, recorded, kept ? &*kept : nullptr))
        std::println(stderr, "millwright: {}", text);
    logName_.clear();
    for (const telemetry::FeedStatus& feed : *feeds) {
        logName_ += std::format("{}{}: {}", logName_.empty() ? "" : ", ", feed.id, telemetry::name(feed.health));
        if (feed.counters.dropped > 0) logName_ += std::format(", {} dropped", feed.counters.dropped);
        if (!feed.unlisted.empty()) logName_ += std::format(", {} unlisted states", feed.unlisted.size());
    }
    if (!recorded.problem.empty()) logName_ += ", recording pauses";
    if (kept && !kept->problem.empty()) logName_ += std::format(", historian {} samples behind", kept->behind);
}

void Session::prepareNextHours() {
    const bool told = frame_ && (replay_ || (options_.live && options_.history));
    if (!state.nextHours.shown || !plant_.process || !told) return;
    if (!nextHours_)
        nextHours_ =
            std::make_unique<ui::NextHours>(plant_, options_.live ? presentOfFeeds(plant_, options_.history, options_.strings)
                                                                  : presentOfLog(plant_, options_.log));
    if (frame_->time >= begin_ && std::exchange(options_.nextHours, false))
        branch({state.nextHours.length, state.nextHours.chosen, {}});
}

void Session::branch(const ui::Branch& what) {
    if (nextHours_ && frame_) nextHours_->ask({frame_->time, what.length, what.scenarios, what.target});
}

Result<void> Session::advance(double dt) {
    if (loader_) {
        loadingStatus_ = loader_->status();
        if (auto loaded = loader_->take()) {
            loader_->wait();
            loader_.reset();
            if (auto taken = takeLoaded(std::move(*loaded)); !taken) return taken;
        }
    }
    if (options_.live) followLive(dt);
    if (replay_) {
        follow(replay_->frame());
        if (const auto error = replay_->error()) logProblem_ = error->text();
        followStep();
        followCompared();
        if (overview_ && state.selected != noEquipment) measured_ = overview_->binsUpTo(frame_->time);
    }
    prepareNextHours();
    if (flight_.active()) {
        camera_ = flight_.advance(dt);
        changed_ = true;
    }
    answerPick();
    if (scene_) {
        updateLook();
        showTouched();
        searchParts();
        measure();
        updateSight(dt);
        updateLabels();
    }
    return {};
}

Result<void> Session::resize(gpu::Extent extent) {
    extent = {std::max(1u, extent.width), std::max(1u, extent.height)};
    if (extent == target_.extent()) return {};
    changed_ = true;
    return target_.resize(extent);
}

Result<void> Session::draw(gpu::FrameInFlight& frame) {
    if (!scene_) return {};
    if (question_ && !question_->asked) changed_ = true;
    if (!changed_) return {};
    render::DrawOptions options;
    options.grid = state.gridShown;
    options.groundHeight = floor_.height;
    options.gridSpacing = floor_.gridSpacing;
    options.sections = sections_;
    options.edges = state.look.edges;
    options.waitForDetail = options_.waitForDetail;
    if (question_ && !question_->asked) {
        options.pick = glm::ivec2(question_->at);
        question_->asked = true;
    }
    const double near = std::min(camera_.distance * 0.01, 0.2);
    const render::View view = render::lookAt(camera_.eye(), camera_.eye() + camera_.forward(), seen().verticalFov, aspect(), near);
    if (auto drawn = renderer_->draw(frame, target_.image(), std::span{&view, 1}, nodes(), options); !drawn) return drawn;
    const render::MemoryUse memory = renderer_->memoryUse();
    changed_ = memory.loading; // more of it is to come
    if (memory.reduced && reduced_.empty()) std::println(stderr, "millwright: {}", reducedText(memory));
    reduced_ = memory.reduced ? "detail reduced: more GPU memory is wanted" : "";
    return {};
}

void Session::answerPick() {
    if (!question_) return;
    if (const auto pick = renderer_->takePick()) {
        const EquipmentIndex found = pick->hit && pick->node != scene::none ? scene_->equipmentOf(pick->node) : noEquipment;
        hovered_ = *pick;
        hoveredEquipment_ = found;
        const auto why = question_->why;
        question_.reset();
        if (why == Question::Why::Hover) return;
        state.selected = surrounds(found) ? noEquipment : found; // the floor and walls one stands between are nothing to select
        state.revealSelected = true;
        pickPart(pick->node);
        if (why == Question::Why::Fly && found != noEquipment) fly(found);
    } else if (++question_->age > oldestQuestion) {
        question_.reset();
    } else {
        changed_ = true; // the answer comes with a later picture
    }
}

/// Outlines the selection and what the pointer is on; the hall lights up from outside and no longer once one has walked in.
void Session::showTouched() {
    const EquipmentIndex hovered = state.hovered != noEquipment ? state.hovered : hoveredEquipment_;
    const bool moved = hovered != noEquipment && hoverEye_ != camera_.eye();
    if (shownSelection_ == state.selected && shownHover_ == hovered && !moved) return;
    shownSelection_ = state.selected;
    shownHover_ = hovered;
    hoverEye_ = camera_.eye();
    scene_->select(state.selected);
    scene_->hover(hovered == state.selected || surrounds(hovered) ? noEquipment : hovered);
    changed_ = true;
}

void Session::updateLabels() {
    labels_.clear();
    const glm::dvec2 size = viewport();
    const ui::Camera camera = seen();
    const auto add = [&](const twin::SceneLabel& label, bool emphasised) {
        const auto at = ui::projected(camera, placeOf(label), size);
        if (label.text == unknownText) return; // before the signal's first sample
        if (at && at->x >= 0 && at->y >= 0 && at->x < size.x && at->y < size.y)
            labels_.push_back({glm::vec2(*at), label.text, emphasised});
    };
    for (const Marker& marker : markers_) {
        const auto at = ui::projected(camera, marker.at, size);
        if (at && !isHidden(marker.equipment))
            labels_.push_back({glm::vec2(*at), marker.name, marker.equipment == state.selected, marker.equipment});
    }
    const auto all = scene_->labels();
    const bool known = seenLabels_.size() == all.size();
    for (const bool emphasised : {true, false})
        for (std::size_t i = 0; i < all.size(); ++i) {
            if ((all[i].equipment == state.selected) != emphasised || !isShown(all[i])) continue;
            if (emphasised || !known || seenLabels_[i] != 0) add(all[i], emphasised);
        }
}

void Session::updateSight(double dt) {
    sightAge_ += dt;
    if (auto seen = surveyor_->takeSight()) seenLabels_ = std::move(*seen);
    if (sightIsOld() && sightAge_ > secondsBetweenSights && !surveyor_->busy()) askSight();
}

bool Session::sightIsOld() const {
    return scene_ && !scene_->labels().empty() &&
           (sightChanged_ || sightEye_ != camera_.eye() || (frame_ && frame_->number != sightFrame_));
}

void Session::askSight() {
    SightQuestion question{.eye = camera_.eye(), .marks = {}, .poses = poses()};
    for (const twin::SceneLabel& label : scene_->labels()) question.marks.push_back({placeOf(label), label.equipment});
    surveyor_->ask(std::move(question));
    sightEye_ = camera_.eye();
    sightFrame_ = frame_ ? frame_->number : 0;
    sightAge_ = 0;
    sightChanged_ = false;
}

void Session::settle() const {
    if (trends_) trends_->wait();
    if (comparedTrends_) comparedTrends_->wait();
    if (overview_) overview_->waitForKpis();
    if (nextHours_) nextHours_->wait();
}

ui::Model Session::model() const {
    ui::Model m;
    m.plant = &plant_;
    m.frame = frame_.get();
    m.attention = &attention_;
    m.overview = overview_.get();
    m.states = overview_ ? overview_->states() : frame_ ? frame_->states.get() : nullptr;
    m.compared = compared_.get();
    m.comparedOverview = comparedOverview_.get();
    m.comparison = comparison_.get();
    m.comparedName = comparedName_;
    m.history = history_.get();
    m.trends = trends_.get();
    m.comparedTrends = comparedTrends_.get();
    m.nextHours = nextHours_.get();
    m.trendsReachBack = options_.older.has_value();
    m.measured = measured_.get();
    m.kpiRows = kpiRows_;
    m.characteristics = characteristics_;
    m.logName = logName_;
    if (bookmarks_) {
        m.bookmarks = bookmarks_->list();
        m.bookmarkProblem = bookmarks_->problem();
    }
    if (stepper_) m.stepNote = stepper_->note();
    m.logProblem = logProblem_;
    m.problem = problem_;
    m.logStatus = replay_ || options_.live       ? ui::LogStatus::Ready
                  : !logProblem_.empty()         ? ui::LogStatus::Failed
                  : loader_ && !logName_.empty() ? ui::LogStatus::Opening
                                                 : ui::LogStatus::None;
    m.looping = looping_;
    m.loading = loader_ != nullptr;
    m.loadingFraction = loadingStatus_.fraction;
    m.loadingStage = loadingStatus_.stage;
    m.labels = labels_;
    m.withoutModels = !markers_.empty();
    if (measuring_) {
        m.measurements = measuring_->taken();
        m.measureShapes = measureShapes_;
        m.measureNote = measuring_->note(state.measureKind);
        m.measureBegun = measuring_->begun();
    }
    m.someHidden = someHidden();
    m.bounds = plantBounds_;
    m.xrayKeeps = !kept_.empty();
    m.partHits = partHits_;
    if (pickedOf_ != noEquipment && pickedOf_ == state.selected) m.part = &picked_;
    m.activeCamera = activeCamera_;
    m.walking = walking_;
    m.frameMilliseconds = frameMilliseconds;
    m.gpuName = device_.description().name;
    m.triangles = renderer_->timings().sceneTriangles;
    m.memoryNote = reduced_;
    return m;
}

bool Session::atRest() const {
    const bool playing = frame_ && frame_->playing;
    const bool surveying = surveyor_ && (surveyor_->busy() || sightIsOld() || lookedAt_->busy());
    const bool reading = (trends_ && trends_->busy()) || (comparedTrends_ && comparedTrends_->busy()) ||
                         (overview_ && overview_->measuring()) || (nextHours_ && nextHours_->busy());
    return !reading && !loader_ && (!stepper_ || !stepper_->busy()) && !playing && !flight_.active() && !question_ && !changed_ &&
           !surveying && (!overview_ || overview_->finished()) && (!comparison_ || comparison_->finished()) &&
           (!comparedOverview_ || comparedOverview_->finished()) && (!compared_ || compared_->time == frame_->time);
}

double Session::aspect() const {
    return viewport().x / viewport().y;
}
glm::dvec2 Session::viewport() const {
    return {target_.extent().width, target_.extent().height};
}

bool Session::surrounds(EquipmentIndex equipment) const {
    if (equipment == noEquipment) return false;
    const scene::Aabb box = scene_->bounds(equipment);
    const glm::vec3 eye{camera_.eye()}, size = box.size(), plant = plantBounds_.size();
    // A machine is no hall: one may stand within its outline and still mean it.
    if (size.x * size.z < 0.5f * plant.x * plant.z) return false;
    return !box.empty() && glm::all(glm::greaterThan(eye, box.min)) && glm::all(glm::lessThan(eye, box.max));
}

void Session::flyTo(const ui::Camera& destination) {
    flight_ = ui::Flight{camera_, destination};
    activeCamera_ = std::string::npos;
}

void Session::fly(EquipmentIndex equipment) {
    const scene::Aabb box = boundsOf(equipment);
    if (box.empty()) return;
    ui::Camera from = camera_;
    from.pitch = std::clamp(from.pitch, -0.7, -0.2); // from a little above, as one looks at a machine
    walking_ = false;
    flyTo(fitted(from, box));
}

ui::Camera Session::seen() const {
    return ui::framed(camera_, aspect());
}

ui::Camera Session::fitted(const ui::Camera& from, const scene::Aabb& box) const {
    ui::Camera camera = ui::fitted(ui::framed(from, aspect()), box, aspect());
    camera.verticalFov = from.verticalFov;
    return camera;
}

} // namespace millwright::app
