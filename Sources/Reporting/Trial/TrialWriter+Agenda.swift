import GatewayModel

extension TrialWriter {
    /// The table as it stands on an agenda: what each limit and each level would have meant; nil where there is neither.
    public func table() -> AgendaItem.Table? {
        let tables = document().blocks.compactMap { block -> DocumentTable? in
            if case .table(let table) = block { table } else { nil }
        }
        let limits = tables.first.map { table in
            AgendaItem.Table(
                caption: table.caption, columns: table.columns.map(\.title), rows: table.rows.map { $0.map(\.text) })
        }
        let levels = levelRows()
        guard var table = limits else { return levels.isEmpty ? nil : levelTable(levels) }
        let empty = Array(repeating: "", count: max(0, table.columns.count - 2))
        table.rows += levels.map { [$0.name, $0.days] + empty }
        return table
    }

    private func levelTable(_ rows: [(name: String, days: String)]) -> AgendaItem.Table {
        AgendaItem.Table(
            caption: words.text("trial.levels_caption"),
            columns: [words.text("trial.column.level"), words.text("trial.column.counted")],
            rows: rows.map { [$0.name, $0.days] })
    }

    /// Each level with the days on which it would have counted; of stages that look at single homes that they do.
    private func levelRows() -> [(name: String, days: String)] {
        facts.stages.flatMap { stages -> [(name: String, days: String)] in
            let name = title(stages.titles, stages.id)
            guard let levels = stages.levels else { return [(name, words.text("trial.hidden"))] }
            return levels.enumerated().map { place, level in
                let values = ["stages": name, "level": title(level.titles, "\(place + 1)")]
                return (
                    words.text(stages.isDeclaredByAssembly ? "trial.level_row_declared" : "trial.level_row", values),
                    "\(level.days)"
                )
            }
        }
    }
}
