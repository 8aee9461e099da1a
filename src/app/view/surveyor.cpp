#include <millwright/scene/find.hpp>

#include <app/section.hpp>
#include <app/view/surveyor.hpp>

namespace millwright::app {
namespace {

constexpr int mostPanes = 8; // of glass between the eye and a mark

} // namespace

std::shared_ptr<const Poses> posesOf(std::span<const render::NodeState> nodes, std::span<const render::SectionPlane> sections) {
    auto poses = std::make_shared<Poses>();
    poses->worldFromNode.reserve(nodes.size());
    poses->visible.reserve(nodes.size());
    for (const render::NodeState& node : nodes) {
        poses->worldFromNode.push_back(node.worldFromNode);
        poses->visible.push_back(node.visible && !node.ghost ? 1 : 0);
    }
    poses->sections.assign(sections.begin(), sections.end());
    return poses;
}

Surveyor::Surveyor(const plant::Plant& plant, const twin::PlantScene& scene)
    : plant_{plant}, scene_{scene}, measurer_{scene.scene(), scene.geometry()}, thread_{[this](const std::stop_token& stop) {
          work(stop);
      }} {}

bool Surveyor::busy() const {
    const std::scoped_lock lock{mutex_};
    return working_ || waiting();
}

void Surveyor::wait() const {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return !working_ && !waiting(); });
}

/// Answers a question if there is one, unlocked meanwhile. False if there was none.
template <typename Question, typename Answer, typename Ask>
bool Surveyor::answer(Enquiry<Question, Answer>& enquiry, std::unique_lock<std::mutex>& lock, Ask&& ask) {
    if (!enquiry.question) return false;
    const Question question = *std::exchange(enquiry.question, std::nullopt);
    working_ = true;
    lock.unlock();
    Answer found = ask(question);
    lock.lock();
    enquiry.answer = std::move(found);
    working_ = false;
    changed_.notify_all();
    return true;
}

void Surveyor::work(const std::stop_token& stop) {
    const auto snapped = [this](const SnapQuestion& q) { return snap(q); };
    const auto clearance = [this, &stop](const ClearanceQuestion& q) {
        const auto first = scene::subtree(scene_.scene(), q.first), second = scene::subtree(scene_.scene(), q.second);
        return measurer_.clearance(first, second, q.poses->worldFromNode, {.report = {}, .stop = stop});
    };
    std::unique_lock lock{mutex_};
    while (changed_.wait(lock, stop, [this] { return waiting(); })) { // what the user waits for comes first
        if (answer(click_, lock, snapped) || answer(clearance_, lock, clearance) || answer(hover_, lock, snapped)) continue;
        answer(sight_, lock, [this](const SightQuestion& q) { return look(q); });
    }
}

Surveyor::Snapped Surveyor::snap(const SnapQuestion& question) {
    scene::Ray ray = question.ray;
    if (!enterSections(question.poses->sections, ray.origin, ray.direction)) return std::nullopt;
    Snapped found = measurer_.snap(ray, question.options, question.poses->worldFromNode, question.poses->visible);
    return found && isLeft(question.poses->sections, found->point) ? found : std::nullopt;
}

std::vector<std::uint8_t> Surveyor::look(const SightQuestion& question) {
    std::vector<std::uint8_t> answer;
    answer.reserve(question.marks.size());
    for (const Mark& mark : question.marks) answer.push_back(seen(question, mark) ? 1 : 0);
    return answer;
}

bool Surveyor::seen(const SightQuestion& question, const Mark& mark) {
    const scene::Scene& scene = scene_.scene();
    glm::dvec3 eye = question.eye;
    if (mark.position != eye) (void)enterSections(question.poses->sections, eye, glm::normalize(mark.position - eye));
    const glm::dvec3 way = mark.position - eye;
    const double distance = glm::length(way);
    if (!(distance > 0)) return true;
    const double slack = 0.02 + 0.01 * distance; // a mark stands on its machine's surface, or a little inside it
    scene::Ray ray{eye, way / distance};
    double gone = 0;
    for (int pane = 0; pane < mostPanes; ++pane) {
        const auto hit = measurer_.picker().pick(ray, question.poses->worldFromNode, question.poses->visible);
        if (!hit || gone + hit->distance > distance - slack) return true;
        const bool glass = scene.materials[scene.instances[hit->instance].material].alphaMode == scene::AlphaMode::Blend;
        if (!glass && !belongsTo(scene_.equipmentOf(hit->node), mark.owner)) return false;
        const double step = hit->distance + 1e-4 * distance;
        gone += step;
        ray.origin += ray.direction * step;
    }
    return true;
}

bool Surveyor::belongsTo(EquipmentIndex equipment, EquipmentIndex owner) const {
    for (; equipment != noEquipment; equipment = plant_.at(equipment).parent)
        if (equipment == owner) return true;
    return false;
}

} // namespace millwright::app
