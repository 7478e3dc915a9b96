// swift-tools-version: 6.2
import PackageDescription

// One loop gives every Swift target the same rules, so that no module is laxer than another.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "commons-gateway",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "commons", targets: ["commons"])
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    ],
    targets: [
        // C libraries of the distribution, each seen by one module only (Scripts/check-imports keeps it so).
        .systemLibrary(
            name: "CMosquitto", pkgConfig: "libmosquitto",
            providers: [.apt(["libmosquitto-dev"]), .brew(["mosquitto"])]),
        .systemLibrary(
            name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),

        // Pure: values in, values out.
        .target(name: "GatewayModel"),
        .target(name: "StrictYAML", dependencies: ["GatewayModel", .product(name: "Yams", package: "Yams")]),
        .target(
            name: "DeviceProfiles",
            dependencies: ["GatewayModel", "StrictYAML", .product(name: "Yams", package: "Yams")]),
        .target(name: "Metering", dependencies: ["GatewayModel"]),
        .target(
            name: "Limits",
            dependencies: [
                "GatewayModel", "StrictYAML", .product(name: "Yams", package: "Yams"),
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .target(
            name: "Alerting", dependencies: ["GatewayModel", .product(name: "Crypto", package: "swift-crypto")]),

        // At the edge: broker, disk, outgoing connections, pages.
        .target(name: "MQTTIngest", dependencies: ["GatewayModel", "CMosquitto"]),
        .target(
            name: "Storage",
            dependencies: [
                "GatewayModel", "CZlib", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"), .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .target(
            name: "Delivery",
            dependencies: [
                "GatewayModel", "StrictYAML", "CCurl", .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .target(name: "Reporting", dependencies: ["GatewayModel"]),
        .target(
            name: "Dashboard",
            dependencies: [
                "GatewayModel", .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .target(name: "Simulation", dependencies: ["GatewayModel"]),
        .target(
            name: "GatewayApp",
            dependencies: [
                "GatewayModel", "StrictYAML", "DeviceProfiles", "Metering", "Limits", "Alerting", "MQTTIngest",
                "Storage", "Delivery",
                "Reporting", "Dashboard", "Simulation", .product(name: "Yams", package: "Yams"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),
        .executableTarget(
            name: "commons",
            dependencies: [
                "GatewayModel", "GatewayApp", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // Fills a store and times what is asked of it, for `make bench`.
        .executableTarget(
            name: "StoreBench", dependencies: ["GatewayModel", "Storage"], path: "Benchmarks/StoreBench"),

        // Tests: one target per module, and the real parts they share.
        .target(name: "TestSupport", path: "Tests/TestSupport"),
        .testTarget(name: "GatewayModelTests", dependencies: ["GatewayModel"]),
        .testTarget(name: "StrictYAMLTests", dependencies: ["GatewayModel", "StrictYAML"]),
        .testTarget(name: "MeteringTests", dependencies: ["GatewayModel", "Metering"]),
        .testTarget(
            name: "DeviceProfilesTests", dependencies: ["DeviceProfiles", "GatewayModel", "TestSupport"]),
        .testTarget(name: "LimitsTests", dependencies: ["GatewayApp", "GatewayModel", "Limits", "TestSupport"]),
        .testTarget(name: "AlertingTests", dependencies: ["Alerting", "GatewayApp", "GatewayModel"]),
        .testTarget(
            name: "MQTTIngestTests", dependencies: ["GatewayModel", "MQTTIngest", "TestSupport"], exclude: ["Servers"]),
        .testTarget(
            name: "GatewayAppTests",
            dependencies: [
                "CFaultVFS", "Dashboard", "Delivery", "GatewayApp", "GatewayModel", "Limits", "MQTTIngest", "Reporting",
                "Storage", "TestSupport",
                "commons",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], exclude: ["Fixtures"]),
        .testTarget(name: "SimulationTests", dependencies: ["GatewayModel", "Simulation", "TestSupport"]),
        .testTarget(
            name: "ReportingTests",
            dependencies: ["GatewayModel", "Reporting", "TestSupport", .product(name: "Yams", package: "Yams")],
            exclude: ["Fixtures"]),
        // A disk that fails on demand, for the store's tests.
        .target(name: "CFaultVFS", path: "Tests/CFaultVFS", linkerSettings: [.linkedLibrary("sqlite3")]),
        .testTarget(
            name: "StorageTests",
            dependencies: [
                "CFaultVFS", "GatewayModel", "Storage", "TestSupport", .product(name: "GRDB", package: "GRDB.swift"),
            ], exclude: ["read_store.py", "Schemas"]),
        // The page that delegates sign with, worked in a real browser.
        .testTarget(name: "SigningPageTests", dependencies: ["TestSupport"], exclude: ["signing_page.py"]),
        .testTarget(
            name: "DeliveryTests",
            dependencies: [
                "Delivery", "GatewayModel", "Storage", "StrictYAML", "TestSupport",
                .product(name: "Yams", package: "Yams"), .product(name: "Crypto", package: "swift-crypto"),
            ], exclude: ["Servers"]),
    ]
)

for target in package.targets where ![.system, .plugin, .binary].contains(target.type) {
    target.swiftSettings = (target.swiftSettings ?? []) + strict
}
