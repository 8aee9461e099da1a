#include <millwright/scene/compose.hpp>

#include <iterator>
#include <utility>

namespace millwright::scene {

namespace {

template <typename T>
std::uint32_t moveAppend(std::vector<T>& into, std::vector<T>&& from) {
    const auto offset = static_cast<std::uint32_t>(into.size());
    into.insert(into.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
    return offset;
}

} // namespace

SceneComposer::Model SceneComposer::add(Scene model) {
    const std::uint32_t meshes = moveAppend(scene_.meshes, std::move(model.meshes));
    const std::uint32_t images = moveAppend(scene_.images, std::move(model.images));
    for (Material& material : model.materials)
        for (std::uint32_t* image : {&material.baseColourImage, &material.metallicRoughnessImage, &material.normalImage,
                                     &material.emissiveImage, &material.occlusionImage})
            if (*image != none) *image += images;
    const std::uint32_t materials = moveAppend(scene_.materials, std::move(model.materials));
    for (Instance& instance : model.instances) {
        instance.mesh += meshes;
        instance.material += materials;
    }
    models_.push_back({std::move(model.nodes), std::move(model.instances)});
    return Model{static_cast<std::uint32_t>(models_.size() - 1)};
}

std::uint32_t SceneComposer::addNode(std::string name, std::uint32_t parent, const glm::mat4& parentFromNode) {
    scene_.nodes.push_back({std::move(name), parent, parentFromNode, {}});
    return static_cast<std::uint32_t>(scene_.nodes.size() - 1);
}

NodeRange SceneComposer::place(Model model, std::uint32_t parent, const glm::mat4& parentFromModel) {
    const Template& part = models_[static_cast<std::size_t>(model)];
    const NodeRange range{static_cast<std::uint32_t>(scene_.nodes.size()), static_cast<std::uint32_t>(part.nodes.size())};
    for (const Node& source : part.nodes) {
        Node& node = scene_.nodes.emplace_back(source);
        if (source.parent == none) {
            node.parent = parent;
            node.parentFromNode = parentFromModel * source.parentFromNode;
        } else {
            node.parent = range.first + source.parent;
        }
    }
    for (Instance instance : part.instances) {
        instance.node += range.first;
        scene_.instances.push_back(instance);
    }
    return range;
}

NodeRange append(Scene& into, Scene model, std::uint32_t parent, const glm::mat4& parentFromModel) {
    SceneComposer composer{std::move(into)};
    const NodeRange range = composer.place(composer.add(std::move(model)), parent, parentFromModel);
    into = std::move(composer).finish();
    return range;
}

} // namespace millwright::scene
