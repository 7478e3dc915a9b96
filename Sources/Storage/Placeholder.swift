import GRDB
import GatewayModel
