import FreshetCore
import GRDB
