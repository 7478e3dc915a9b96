import GatewayModel

/// Draws a chart as inline SVG: black on white, dashes beside colour, labels at the lines, every figure also as text.
struct ChartSVG {
    private static let width = 720.0
    private static let height = 250.0
    private static let left = 58.0
    private static let right = 590.0
    private static let top = 38.0
    private static let bottom = 212.0

    private let chart: Chart
    private let low: Double
    private let high: Double
    private let step: Double

    init(_ chart: Chart) {
        self.chart = chart
        let values = chart.points.compactMap(\.value) + chart.lines.map(\.value)
        let least = values.min() ?? 0
        let most = max(values.max() ?? 1, least)
        // Bars start at zero; a line may start above, or small changes would be invisible.
        let base = chart.kind == .bars ? min(0, least) : least
        let span = most - base > 0 ? most - base : max(abs(most), 1)
        step = ChartSVG.niceStep(span / 4)
        low = (base / step).rounded(.down) * step
        high = max((most / step).rounded(.up) * step, low + step)
    }

    /// The SVG element with title and description.
    func svg() -> String {
        let titleID = "\(chart.name)-title"
        let descriptionID = "\(chart.name)-description"
        var parts = [
            "<svg viewBox=\"0 0 \(number(ChartSVG.width)) \(number(ChartSVG.height))\" role=\"img\" "
                + "aria-labelledby=\"\(titleID) \(descriptionID)\" xmlns=\"http://www.w3.org/2000/svg\">",
            "<title id=\"\(titleID)\">\(Escaping.html(chart.title))</title>",
            "<desc id=\"\(descriptionID)\">\(Escaping.html(chart.sentence))</desc>",
            "<defs><pattern id=\"\(chart.name)-hatch\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" "
                + "patternTransform=\"rotate(45)\"><rect width=\"5\" height=\"5\" fill=\"#fff\"/>"
                + "<line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"5\" class=\"hatch\"/></pattern></defs>",
        ]
        parts += scale() + (chart.kind == .bars ? bars() : path()) + lines() + labels()
        return (parts + ["</svg>"]).joined(separator: "\n")
    }

    private func scale() -> [String] {
        var parts = [text(chart.unit, x: ChartSVG.left - 6, y: 14, anchor: "end", style: "scale")]
        var value = low
        while value <= high + step / 2 {
            let y = self.y(value)
            parts.append(line(from: (ChartSVG.left, y), to: (ChartSVG.right, y), style: "grid"))
            parts.append(text(chart.tick(value), x: ChartSVG.left - 6, y: y + 4, anchor: "end", style: "scale"))
            value += step
        }
        return parts
    }

    private func bars() -> [String] {
        chart.points.enumerated().map { index, point in
            let width = slot * 0.7
            let x = self.x(index) - width / 2
            guard let value = point.value else {
                return "<g>\(title(point))"
                    + text("?", x: self.x(index), y: y(low) - 6, anchor: "middle", style: "unknown")
                    + "</g>"
            }
            let top = y(max(value, low))
            let fill = point.isWhole ? "" : " fill=\"url(#\(chart.name)-hatch)\""
            return
                "<rect class=\"\(point.isWhole ? "bar whole" : "bar part")\"\(fill) x=\"\(number(x))\" y=\"\(number(top))\" "
                + "width=\"\(number(width))\" height=\"\(number(max(0, y(low) - top)))\">\(title(point))</rect>"
        }
    }

    private func path() -> [String] {
        var commands = ""
        var isDrawing = false
        var dots: [String] = []
        for (index, point) in chart.points.enumerated() {
            guard let value = point.value else {
                isDrawing = false
                continue
            }
            let place = "\(number(x(index))) \(number(y(value)))"
            commands += (isDrawing ? "L" : "M") + place
            isDrawing = true
            dots.append(
                "<circle class=\"dot\" cx=\"\(number(x(index)))\" cy=\"\(number(y(value)))\" r=\"3\">\(title(point))</circle>"
            )
        }
        return ["<path class=\"line\" d=\"\(commands)\"/>"] + dots
    }

    /// Lines across with their labels, moved apart where they would touch.
    private func lines() -> [String] {
        var parts: [String] = []
        var taken: [Double] = []
        for item in chart.lines.sorted(by: { $0.value > $1.value }) {
            let y = self.y(item.value)
            parts.append(
                line(from: (ChartSVG.left, y), to: (ChartSVG.right, y), style: item.isLimit ? "limit" : "usual"))
            // From the top down, so that only labels further down give way; each has two lines.
            let label = max(y - 2, (taken.last ?? -100) + 34)
            taken.append(label)
            let x = ChartSVG.right + 8
            parts.append(text(item.label, x: x, y: label, anchor: "start", style: "label"))
            parts.append(
                text(item.figure, x: x, y: label + 15, anchor: "start", style: "label", figure: item.figure))
        }
        return parts
    }

    private func labels() -> [String] {
        var parts: [String] = []
        for (index, point) in chart.points.enumerated() where index == 0 || (index + 1) % 5 == 0 {
            parts.append(text(point.label, x: x(index), y: ChartSVG.bottom + 18, anchor: "middle", style: "scale"))
        }
        if let highest = chart.highest, chart.points.indices.contains(highest.index),
            let value = chart.points[highest.index].value
        {
            let x = min(max(self.x(highest.index), ChartSVG.left + 40), ChartSVG.right - 40)
            parts.append(
                text(
                    highest.figure, x: x, y: max(12, y(value) - 6), anchor: "middle", style: "label",
                    figure: highest.figure))
        }
        return parts
    }

    private var slot: Double { (ChartSVG.right - ChartSVG.left) / Double(max(1, chart.points.count)) }

    private func x(_ index: Int) -> Double { ChartSVG.left + slot * (Double(index) + 0.5) }

    private func y(_ value: Double) -> Double {
        ChartSVG.bottom - (value - low) / (high - low) * (ChartSVG.bottom - ChartSVG.top)
    }

    private func title(_ point: Chart.Point) -> String { "<title>\(Escaping.html(point.text))</title>" }

    private func line(from start: (Double, Double), to end: (Double, Double), style: String) -> String {
        "<line class=\"\(style)\" x1=\"\(number(start.0))\" y1=\"\(number(start.1))\" x2=\"\(number(end.0))\" "
            + "y2=\"\(number(end.1))\"/>"
    }

    private func text(
        _ text: String, x: Double, y: Double, anchor: String, style: String, figure: String? = nil
    ) -> String {
        let data = figure.map { " data-figure=\"\(Escaping.htmlAttribute($0))\"" } ?? ""
        return "<text class=\"\(style)\"\(data) x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\">"
            + Escaping.html(text) + "</text>"
    }

    /// One digit behind the point is finer than a printer.
    private func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0
            ? String(tenths / 10) : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }

    /// The next of 1, 2, 5 times a power of ten.
    private static func niceStep(_ raw: Double) -> Double {
        guard raw.isFinite, raw > 1e-9 else { return 1 }
        var power = 1.0
        while power * 10 <= raw { power *= 10 }
        while power > raw { power /= 10 }
        return power * ([1, 2, 5, 10].first { $0 * power >= raw * 0.999 } ?? 10)
    }
}
