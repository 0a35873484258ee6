from oifde_simulator_client.models.health import *
