import CMosquitto

/// libmosquitto's own start, which is not safe from two threads at once and therefore happens in one place.
enum MosquittoLibrary {
    /// The result of the one call; touch it before anything else of the library.
    static let start: Int32 = mosquitto_lib_init()
}
