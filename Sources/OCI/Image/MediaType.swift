/// The media types of image-spec and of Docker that are read, and those that are written.
package enum MediaType {
    package static let index = "application/vnd.oci.image.index.v1+json"
    package static let manifest = "application/vnd.oci.image.manifest.v1+json"
    package static let configuration = "application/vnd.oci.image.config.v1+json"
    package static let layer = "application/vnd.oci.image.layer.v1.tar"
    package static let layerGzip = "application/vnd.oci.image.layer.v1.tar+gzip"
    package static let layerZstandard = "application/vnd.oci.image.layer.v1.tar+zstd"
    package static let dockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json"
    package static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
    package static let dockerConfiguration = "application/vnd.docker.container.image.v1+json"
    package static let dockerLayerGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip"

    /// Whether a descriptor of this type names a list of manifests.
    package static func isIndex(_ type: String) -> Bool { type == index || type == dockerManifestList }

    /// Whether a descriptor of this type names one image's manifest.
    package static func isManifest(_ type: String) -> Bool { type == manifest || type == dockerManifest }

    /// Whether a layer of this type is to be had from the registry of the one who made it, not from here.
    package static func isForeign(_ type: String) -> Bool {
        type.contains("nondistributable") || type.contains("foreign")
    }
}
