#include <app/view/surveyor.hpp>

namespace millwright::app {
namespace {

constexpr int mostPanes = 8; // of glass between the eye and a mark

} // namespace

Surveyor::Surveyor(const plant::Plant& plant, const twin::PlantScene& scene)
    : plant_{plant}, scene_{scene}, picker_{scene.scene()}, thread_{[this](const std::stop_token& stop) { work(stop); }} {}

void Surveyor::ask(SightQuestion question) {
    {
        const std::scoped_lock lock{mutex_};
        sight_ = std::move(question);
    }
    changed_.notify_all();
}

std::optional<std::vector<std::uint8_t>> Surveyor::takeSight() {
    const std::scoped_lock lock{mutex_};
    return std::exchange(seen_, std::nullopt);
}

bool Surveyor::busy() const {
    const std::scoped_lock lock{mutex_};
    return working_ || sight_;
}

void Surveyor::wait() const {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return !working_ && !sight_; });
}

void Surveyor::work(const std::stop_token& stop) {
    std::unique_lock lock{mutex_};
    while (changed_.wait(lock, stop, [this] { return sight_.has_value(); })) {
        const SightQuestion question = *std::exchange(sight_, std::nullopt);
        working_ = true;
        lock.unlock();
        std::vector<std::uint8_t> answer = look(question);
        lock.lock();
        seen_ = std::move(answer);
        working_ = false;
        changed_.notify_all();
    }
}

std::vector<std::uint8_t> Surveyor::look(const SightQuestion& question) {
    std::vector<std::uint8_t> answer;
    answer.reserve(question.marks.size());
    for (const Mark& mark : question.marks) answer.push_back(seen(question, mark) ? 1 : 0);
    return answer;
}

bool Surveyor::seen(const SightQuestion& question, const Mark& mark) {
    const scene::Scene& scene = scene_.scene();
    const glm::dvec3 way = mark.position - question.eye;
    const double distance = glm::length(way);
    if (!(distance > 0)) return true;
    const double slack = 0.02 + 0.01 * distance; // a mark stands on its machine's surface, or a little inside it
    scene::Ray ray{question.eye, way / distance};
    double gone = 0;
    for (int pane = 0; pane < mostPanes; ++pane) {
        const auto hit = picker_.pick(ray, question.poses->worldFromNode, question.poses->visible);
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
