import Mustache
import GatewayModel
