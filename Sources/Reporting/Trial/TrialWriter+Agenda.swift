import GatewayModel

extension TrialWriter {
    /// The table as it stands on an agenda; nil where the decision sets no limit.
    public func table() -> AgendaItem.Table? {
        let tables = document().blocks.compactMap { block -> DocumentTable? in
            if case .table(let table) = block { table } else { nil }
        }
        return tables.first.map { table in
            AgendaItem.Table(
                caption: table.caption, columns: table.columns.map(\.title), rows: table.rows.map { $0.map(\.text) })
        }
    }
}
