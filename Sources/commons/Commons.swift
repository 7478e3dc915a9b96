import ArgumentParser

@main
struct Commons: AsyncParsableCommand {
}
